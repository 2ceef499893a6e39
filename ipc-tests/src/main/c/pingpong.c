/*
 * How far apart two CPUs are right now: the round trip of one cache line between two processes.
 *
 * pingpong HOW CPU CPU ROUND_TRIPS MILLIS_MAX PERCENTILE... prints these percentiles in nanoseconds
 * and the number of round trips that were timed. It ends after so many round trips or so much time,
 * whichever comes first. HOW is "spin"; "futex" to sleep in the kernel until the other wakes it; or
 * "gap", the same with half a millisecond before each round trip, so that the other is asleep.
 */
#include "pair.h"
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>

#define LINE_BYTES 128
#define WARM_UP_MAX 10000
#define GAP_NANOS 500000

struct lines {
    _Alignas(LINE_BYTES) _Atomic uint32_t there;
    _Alignas(LINE_BYTES) _Atomic uint32_t back;
};

static int sleeps;
static int gaps;

static void await(_Atomic uint32_t *word, uint32_t value)
{
    uint32_t found;
    while ((found = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != value) {
        /* No pause where it spins: its length would show in the round trip. */
        if (sleeps) {
            syscall(SYS_futex, word, FUTEX_WAIT, found, NULL, NULL, 0);
        }
    }
}

static void publish(_Atomic uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    if (sleeps) {
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void answer(struct lines *lines, int cpu)
{
    pin(cpu);
    for (uint32_t i = 1;; i++) {
        await(&lines->there, i);
        publish(&lines->back, i);
    }
}

static uint32_t exchange(struct lines *lines, uint32_t i)
{
    if (gaps) {
        struct timespec gap = {0, GAP_NANOS};
        nanosleep(&gap, NULL);
    }
    int64_t start = now_nanos();
    publish(&lines->there, i);
    await(&lines->back, i);
    int64_t nanos = now_nanos() - start;
    return nanos > UINT32_MAX ? UINT32_MAX : (uint32_t)nanos;
}

int main(int count, char **arguments)
{
    gaps = count > 1 && strcmp(arguments[1], "gap") == 0;
    sleeps = gaps || (count > 1 && strcmp(arguments[1], "futex") == 0);
    if (count < 7 || (!sleeps && strcmp(arguments[1], "spin") != 0)) {
        fprintf(stderr,
            "usage: pingpong spin|futex|gap CPU CPU ROUND_TRIPS MILLIS_MAX PERCENTILE...\n");
        return 2;
    }
    long round_trips = atol(arguments[4]);
    if (round_trips < 10) {
        fprintf(stderr, "at least 10 round trips, not %ld\n", round_trips);
        return 2;
    }
    long warm_up = round_trips / 10 < WARM_UP_MAX ? round_trips / 10 : WARM_UP_MAX;
    struct lines *lines = map_shared(sizeof *lines);
    uint32_t *nanos = map_shared((size_t)round_trips * sizeof *nanos);
    pid_t child = fork_bound();
    if (child == 0) {
        answer(lines, atoi(arguments[3]));
    }
    pin(atoi(arguments[2]));

    int64_t start = now_nanos();
    int64_t end = start + atol(arguments[5]) * 1000000;
    /* Who sleeps in between makes few round trips: a tenth of the time is enough. */
    int64_t warm_end = start + (end - start) / 10;
    uint32_t i = 0;
    long timed = 0;
    while (timed < round_trips && (timed == 0 || now_nanos() < end)) {
        uint32_t trip = exchange(lines, ++i);
        if (i > warm_up || now_nanos() >= warm_end) {
            nanos[timed++] = trip;
        }
    }
    end_child(child);
    qsort(nanos, (size_t)timed, sizeof *nanos, compare);
    for (int argument = 6; argument < count; argument++) {
        long index = (long)((double)timed * atof(arguments[argument]) / 100);
        printf("%u ", nanos[index < timed ? index : timed - 1]);
    }
    printf("%ld\n", timed);
    return 0;
}
