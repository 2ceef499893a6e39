/*
 * How long it takes to wake a thread of another process and to be woken by it: a round trip of two
 * processes on two CPUs that both sleep on a futex in shared memory.
 *
 * futex CPU CPU ROUND_TRIPS GAP_MICROS prints the median, the 99th and the 99.9th percentile in
 * nanoseconds. Before each round trip the asking side sleeps for the gap, so that the other one is asleep.
 */
#include "pair.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#define LINE_BYTES 128

struct words {
    _Alignas(LINE_BYTES) _Atomic uint32_t there;
    _Alignas(LINE_BYTES) _Atomic uint32_t back;
};

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void await(_Atomic uint32_t *word, uint32_t value)
{
    uint32_t seen;
    while ((seen = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != value) {
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
    }
}

static void wake(_Atomic uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "usage: futex CPU CPU ROUND_TRIPS GAP_MICROS\n");
        return 2;
    }
    long round_trips = atol(arguments[3]);
    if (round_trips < 10) {
        fprintf(stderr, "at least 10 round trips, not %ld\n", round_trips);
        return 2;
    }
    struct timespec gap = {0, atol(arguments[4]) * 1000};
    struct words *words = map_shared(sizeof *words);
    uint32_t *nanos = calloc((size_t)round_trips, sizeof *nanos);
    if (nanos == NULL) {
        die("calloc");
    }
    pid_t child = fork_bound();
    if (child == 0) {
        pin(atoi(arguments[2]));
        for (uint32_t i = 1;; i++) {
            await(&words->there, i);
            wake(&words->back, i);
        }
    }
    pin(atoi(arguments[1]));
    for (long i = 0; i < round_trips; i++) {
        nanosleep(&gap, NULL);
        int64_t start = now_nanos();
        wake(&words->there, (uint32_t)i + 1);
        await(&words->back, (uint32_t)i + 1);
        int64_t trip = now_nanos() - start;
        nanos[i] = trip > UINT32_MAX ? UINT32_MAX : (uint32_t)trip;
    }
    end_child(child);
    qsort(nanos, (size_t)round_trips, sizeof *nanos, compare);
    printf("%u %u %u\n", nanos[round_trips / 2], nanos[round_trips * 99 / 100],
        nanos[round_trips * 999 / 1000]);
    return 0;
}
