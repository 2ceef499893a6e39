/*
 * How far apart two CPUs are right now: the round trip of one cache line between two processes.
 *
 * pingpong CPU CPU ROUND_TRIPS MILLIS_MAX prints the median and the 99th percentile in nanoseconds
 * and the number of round trips that were timed. It ends after so many round trips or so much time,
 * whichever comes first.
 */
#include "pair.h"

#define LINE_BYTES 128

struct lines {
    _Alignas(LINE_BYTES) _Atomic uint64_t there;
    _Alignas(LINE_BYTES) _Atomic uint64_t back;
};

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void answer(struct lines *lines, int cpu)
{
    pin(cpu);
    for (uint64_t i = 1;; i++) {
        while (__atomic_load_n(&lines->there, __ATOMIC_ACQUIRE) != i) {
            /* No pause: its length would show in the round trip. */
        }
        __atomic_store_n(&lines->back, i, __ATOMIC_RELEASE);
    }
}

static uint32_t exchange(struct lines *lines, uint64_t i)
{
    int64_t start = now_nanos();
    __atomic_store_n(&lines->there, i, __ATOMIC_RELEASE);
    while (__atomic_load_n(&lines->back, __ATOMIC_ACQUIRE) != i) {
        /* No pause here either. */
    }
    int64_t nanos = now_nanos() - start;
    return nanos > UINT32_MAX ? UINT32_MAX : (uint32_t)nanos;
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "usage: pingpong CPU CPU ROUND_TRIPS MILLIS_MAX\n");
        return 2;
    }
    long round_trips = atol(arguments[3]);
    if (round_trips < 10) {
        fprintf(stderr, "at least 10 round trips, not %ld\n", round_trips);
        return 2;
    }
    long warm_up = round_trips / 10;
    struct lines *lines = map_shared(sizeof *lines);
    uint32_t *nanos = calloc((size_t)round_trips, sizeof *nanos);
    if (nanos == NULL) {
        die("calloc");
    }
    pid_t child = fork_bound();
    if (child == 0) {
        answer(lines, atoi(arguments[2]));
    }
    pin(atoi(arguments[1]));

    int64_t end = now_nanos() + atol(arguments[4]) * 1000000;
    uint64_t i = 0;
    long timed = 0;
    while (timed < round_trips && (timed == 0 || now_nanos() < end)) {
        uint32_t trip = exchange(lines, ++i);
        if (i > (uint64_t)warm_up) {
            nanos[timed++] = trip;
        }
    }
    end_child(child);
    qsort(nanos, (size_t)timed, sizeof *nanos, compare);
    printf("%u %u %ld\n", nanos[timed / 2], nanos[timed * 99 / 100], timed);
    return 0;
}
