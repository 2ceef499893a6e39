/*
 * What the hardware gives: one producer and one consumer, a ring of equal frames and nothing that a
 * library has to do besides (no claims, no recovery, no varying length).
 *
 * ring HOW CPU CPU PAYLOAD_BYTES RING_BYTES WARM_UP_MILLIS MEASURE_MILLIS prints the messages that
 * the consumer received in the measured time, that time in nanoseconds, and how much of it the worse
 * of the two processes waited for its core (-1 where the kernel does not say). The consumer exits
 * with 1 if a word that it reads is wrong. HOW is
 *
 *   ends    a header is stored and read for every message; its first and last word are written and
 *           checked;
 *   full    the same, with every word written and checked;
 *   batch   a position is stored for every 64 messages, or as many as half the ring has room for,
 *           and read for all that are there; first and last words.
 *
 * A frame's header holds the message's sequence plus one, so that a header of the lap before is
 * told from a new one and nothing has to be cleared. The consumer publishes its position once per
 * poll, and the producer looks at it when it has used up what it knew to be free.
 */
#include "pair.h"
#include <string.h>

#define LINE_BYTES 128
#define WORD_BYTES 8
#define FRAME_ALIGNMENT 16
#define POLL_LIMIT 256
#define BATCH_MESSAGES_MAX 64
#define CHUNK_MESSAGES 4096

enum how { ENDS, FULL, BATCH };

struct ring {
    _Alignas(LINE_BYTES) _Atomic uint64_t consumed;
    _Alignas(LINE_BYTES) _Atomic uint64_t produced;
    _Alignas(LINE_BYTES) unsigned char frames[];
};

struct shape {
    enum how how;
    uint64_t last_word;
    uint64_t frame_bytes;
    uint64_t frame_count;
    uint64_t batch_messages;
};

/* One side of a ring: the next message, and where it stands. */
struct side {
    struct ring *ring;
    struct shape shape;
    uint64_t sequence;
    uint64_t index;
};

static inline uint64_t *frame_of(const struct side *side)
{
    return (uint64_t *)(side->ring->frames + side->index * side->shape.frame_bytes);
}

static inline void advance(struct side *side)
{
    side->sequence++;
    side->index = side->index + 1 == side->shape.frame_count ? 0 : side->index + 1;
}

static inline __attribute__((always_inline)) void write_message(
    uint64_t *frame, uint64_t last_word, uint64_t sequence, enum how how)
{
    frame[1] = sequence;
    if (how == FULL) {
        for (uint64_t word = 2; word < last_word; word++) {
            frame[word] = sequence + word;
        }
    }
    frame[last_word] = ~sequence;
}

static inline __attribute__((always_inline)) void check_message(
    const uint64_t *frame, uint64_t last_word, uint64_t sequence, enum how how)
{
    uint64_t wrong = (frame[1] ^ sequence) | (frame[last_word] ^ ~sequence);
    if (how == FULL) {
        for (uint64_t word = 2; word < last_word; word++) {
            wrong |= frame[word] ^ (sequence + word);
        }
    }
    if (wrong != 0) {
        fprintf(stderr, "message %lu holds %lu and %lu, or is wrong between them\n",
            (unsigned long)sequence, (unsigned long)frame[1], (unsigned long)frame[last_word]);
        exit(1);
    }
}

/* Waits until a message has room; consumed is what was known of it. */
static inline uint64_t await_room(const struct side *side, uint64_t consumed)
{
    while (side->sequence - consumed == side->shape.frame_count) {
        consumed = __atomic_load_n(&side->ring->consumed, __ATOMIC_ACQUIRE);
        if (side->sequence - consumed == side->shape.frame_count) {
            spin_wait();
        }
    }
    return consumed;
}

static inline __attribute__((always_inline)) void produce(struct side *side, enum how how)
{
    uint64_t consumed = 0;
    uint64_t produced = 0;
    for (;;) {
        consumed = await_room(side, consumed);
        uint64_t *frame = frame_of(side);
        write_message(frame, side->shape.last_word, side->sequence, how);
        if (how != BATCH) {
            __atomic_store_n(frame, side->sequence + 1, __ATOMIC_RELEASE);
        }
        advance(side);
        if (how == BATCH && side->sequence - produced == side->shape.batch_messages) {
            produced = side->sequence;
            __atomic_store_n(&side->ring->produced, produced, __ATOMIC_RELEASE);
        }
    }
}

static inline __attribute__((always_inline)) int poll_ring(struct side *side, enum how how)
{
    int count = 0;
    uint64_t produced =
        how == BATCH ? __atomic_load_n(&side->ring->produced, __ATOMIC_ACQUIRE) : 0;
    while (count < POLL_LIMIT) {
        uint64_t *frame = frame_of(side);
        if (how == BATCH ? side->sequence == produced
            : __atomic_load_n(frame, __ATOMIC_ACQUIRE) != side->sequence + 1) {
            break;
        }
        check_message(frame, side->shape.last_word, side->sequence, how);
        advance(side);
        count++;
    }
    if (count > 0) {
        __atomic_store_n(&side->ring->consumed, side->sequence, __ATOMIC_RELEASE);
    }
    return count;
}

static inline __attribute__((always_inline)) uint64_t consume_until(
    struct side *side, int64_t end_nanos, enum how how)
{
    uint64_t first = side->sequence;
    while (now_nanos() < end_nanos) {
        for (int received = 0; received < CHUNK_MESSAGES;) {
            int count = poll_ring(side, how);
            if (count == 0) {
                spin_wait();
            }
            received += count;
        }
    }
    return side->sequence - first;
}

/* A copy of the loops for each way, so that none asks in them which it is. */
static void produce_for_ever(struct side *side)
{
    switch (side->shape.how) {
    case ENDS:
        produce(side, ENDS);
        break;
    case FULL:
        produce(side, FULL);
        break;
    case BATCH:
        produce(side, BATCH);
        break;
    }
}

static uint64_t consume(struct side *side, int64_t end_nanos)
{
    switch (side->shape.how) {
    case ENDS:
        return consume_until(side, end_nanos, ENDS);
    case FULL:
        return consume_until(side, end_nanos, FULL);
    case BATCH:
        return consume_until(side, end_nanos, BATCH);
    }
    return 0;
}

static int parse_how(const char *text, enum how *how)
{
    static const char *const names[] = {"ends", "full", "batch"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *how = (enum how)i;
            return 1;
        }
    }
    return 0;
}

int main(int count, char **arguments)
{
    struct shape shape;
    if (count != 8 || !parse_how(arguments[1], &shape.how)) {
        fprintf(stderr, "usage: ring ends|full|batch CPU CPU PAYLOAD_BYTES RING_BYTES"
            " WARM_UP_MILLIS MEASURE_MILLIS\n");
        return 2;
    }
    uint64_t payload_bytes = strtoull(arguments[4], NULL, 10);
    uint64_t used_bytes = WORD_BYTES + payload_bytes;
    shape.last_word = payload_bytes / WORD_BYTES;
    shape.frame_bytes = (used_bytes + FRAME_ALIGNMENT - 1) / FRAME_ALIGNMENT * FRAME_ALIGNMENT;
    shape.frame_count = strtoull(arguments[5], NULL, 10) / shape.frame_bytes;
    shape.batch_messages = shape.frame_count / 2 < BATCH_MESSAGES_MAX
        ? shape.frame_count / 2 : BATCH_MESSAGES_MAX;
    if (payload_bytes < 2 * WORD_BYTES || payload_bytes % WORD_BYTES != 0
        || shape.frame_count < 2) {
        fprintf(stderr, "no ring of %s bytes for messages of %s bytes\n", arguments[5],
            arguments[4]);
        return 2;
    }
    struct ring *ring = map_shared(sizeof *ring + shape.frame_count * shape.frame_bytes);
    struct side side = {ring, shape, 0, 0};
    pid_t child = fork_bound();
    if (child == 0) {
        pin(atoi(arguments[2]));
        produce_for_ever(&side);
    }
    pin(atoi(arguments[3]));
    consume(&side, now_nanos() + atol(arguments[6]) * 1000000);
    int64_t waited_producer = waited_nanos(child);
    int64_t waited_consumer = waited_nanos(getpid());
    int64_t start = now_nanos();
    uint64_t messages = consume(&side, start + atol(arguments[7]) * 1000000);
    int64_t nanos = now_nanos() - start;
    int64_t waited = -1;
    if (waited_producer >= 0 && waited_consumer >= 0) {
        waited_producer = waited_nanos(child) - waited_producer;
        waited_consumer = waited_nanos(getpid()) - waited_consumer;
        waited = waited_producer > waited_consumer ? waited_producer : waited_consumer;
    }
    end_child(child);
    printf("%lu %ld %ld\n", (unsigned long)messages, (long)nanos, (long)waited);
    return 0;
}
