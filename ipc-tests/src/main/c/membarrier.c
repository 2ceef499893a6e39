/*
 * Whether the kernel's fence of all registered processes (membarrier, GLOBAL_EXPEDITED) reaches a processor that
 * runs a thread of a registered process. It is an interrupt there, so interrupts are counted, of 1000 fences each.
 *
 *   gcc -O1 -pthread -o membarrier membarrier.c && ./membarrier
 *
 * needs two processors, the second with nothing else to do. Linux 6.18 prints 1000, and 0 as soon as another
 * thread of the process has ended on that processor: what it notes for a processor is cleared as a thread ends
 * (exit_mm), and not noted again when a thread of the same process comes next (membarrier_switch_mm), however long
 * that one runs.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GLOBAL_EXPEDITED (1 << 1)
#define REGISTER_GLOBAL_EXPEDITED (1 << 2)
#define FENCES 1000

static int running;

static void run_on(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        perror("sched_setaffinity");
        exit(2);
    }
}

static void *run_for_ever(void *unused)
{
    run_on(1);
    __atomic_store_n(&running, 1, __ATOMIC_RELEASE);
    while (1) {
    }
    return unused;
}

static void *end_there(void *unused)
{
    run_on(1);
    return unused;
}

/* Function call interrupts of processor 1 so far. */
static long interrupts(void)
{
    char line[4096];
    long count = -1;
    FILE *file = fopen("/proc/interrupts", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *at = strstr(line, "CAL:");
        if (at != NULL) {
            at += strlen("CAL:");
            strtol(at, &at, 10);
            count = strtol(at, &at, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static void count_fences(const char *when)
{
    const long before = interrupts();
    for (int i = 0; i < FENCES; i++) {
        syscall(SYS_membarrier, GLOBAL_EXPEDITED, 0, 0);
    }
    printf("%s: %ld of %d\n", when, interrupts() - before, FENCES);
}

int main(void)
{
    pthread_t publisher;
    pthread_t other;
    run_on(0);
    pthread_create(&publisher, NULL, run_for_ever, NULL);
    while (!__atomic_load_n(&running, __ATOMIC_ACQUIRE)) {
    }
    if (syscall(SYS_membarrier, REGISTER_GLOBAL_EXPEDITED, 0, 0) != 0) {
        perror("membarrier");
        return 2;
    }
    count_fences("registered");
    pthread_create(&other, NULL, end_there, NULL);
    pthread_join(other, NULL);
    count_fences("a thread has ended there");
    return 0;
}
