/*
 * What the hardware gives: one producer and one consumer, a ring of equal frames with a header per
 * message and nothing that a library has to do besides (no claims, no recovery, no varying length).
 *
 * ring CPU CPU PAYLOAD_BYTES RING_BYTES WARM_UP_MILLIS MEASURE_MILLIS prints the messages that the
 * consumer received in the measured time, that time in nanoseconds, and how much of it the worse of
 * the two processes waited for its core (-1 where the kernel does not say). The consumer checks the
 * first and the last word of every message and exits with 1 if one is wrong.
 *
 * A frame's header holds the message's sequence plus one, so that a header of the lap before is
 * told from a new one and nothing has to be cleared. The consumer publishes its position once per
 * poll, and the producer looks at it when it has used up what it knew to be free.
 */
#include "pair.h"

#define LINE_BYTES 128
#define WORD_BYTES 8
#define FRAME_ALIGNMENT 16
#define POLL_LIMIT 256
#define CHUNK_MESSAGES 4096

struct ring {
    _Alignas(LINE_BYTES) _Atomic uint64_t consumed;
    _Alignas(LINE_BYTES) unsigned char frames[];
};

struct shape {
    uint64_t payload_bytes;
    uint64_t frame_bytes;
    uint64_t frame_count;
};

static uint64_t *header_of(struct ring *ring, const struct shape *shape, uint64_t index)
{
    return (uint64_t *)(ring->frames + index * shape->frame_bytes);
}

static void produce(struct ring *ring, const struct shape *shape)
{
    uint64_t last_word = shape->payload_bytes / WORD_BYTES;
    uint64_t consumed = 0;
    uint64_t index = 0;
    for (uint64_t sequence = 0;; sequence++) {
        while (sequence - consumed == shape->frame_count) {
            consumed = __atomic_load_n(&ring->consumed, __ATOMIC_ACQUIRE);
            if (sequence - consumed == shape->frame_count) {
                spin_wait();
            }
        }
        uint64_t *header = header_of(ring, shape, index);
        header[1] = sequence;
        header[last_word] = ~sequence;
        __atomic_store_n(header, sequence + 1, __ATOMIC_RELEASE);
        index = index + 1 == shape->frame_count ? 0 : index + 1;
    }
}

struct consumer {
    struct ring *ring;
    struct shape shape;
    uint64_t sequence;
    uint64_t index;
};

static int poll_ring(struct consumer *consumer)
{
    uint64_t last_word = consumer->shape.payload_bytes / WORD_BYTES;
    uint64_t sequence = consumer->sequence;
    uint64_t index = consumer->index;
    int count = 0;
    while (count < POLL_LIMIT) {
        uint64_t *header = header_of(consumer->ring, &consumer->shape, index);
        if (__atomic_load_n(header, __ATOMIC_ACQUIRE) != sequence + 1) {
            break;
        }
        if (header[1] != sequence || header[last_word] != ~sequence) {
            fprintf(stderr, "message %lu holds %lu and %lu\n", (unsigned long)sequence,
                (unsigned long)header[1], (unsigned long)header[last_word]);
            exit(1);
        }
        sequence++;
        index = index + 1 == consumer->shape.frame_count ? 0 : index + 1;
        count++;
    }
    if (count > 0) {
        consumer->sequence = sequence;
        consumer->index = index;
        __atomic_store_n(&consumer->ring->consumed, sequence, __ATOMIC_RELEASE);
    }
    return count;
}

static uint64_t consume_for(struct consumer *consumer, int64_t end_nanos)
{
    uint64_t first = consumer->sequence;
    while (now_nanos() < end_nanos) {
        for (int received = 0; received < CHUNK_MESSAGES;) {
            int count = poll_ring(consumer);
            if (count == 0) {
                spin_wait();
            }
            received += count;
        }
    }
    return consumer->sequence - first;
}

int main(int count, char **arguments)
{
    if (count != 7) {
        fprintf(stderr,
            "usage: ring CPU CPU PAYLOAD_BYTES RING_BYTES WARM_UP_MILLIS MEASURE_MILLIS\n");
        return 2;
    }
    struct shape shape;
    shape.payload_bytes = strtoull(arguments[3], NULL, 10);
    uint64_t used_bytes = WORD_BYTES + shape.payload_bytes;
    shape.frame_bytes = (used_bytes + FRAME_ALIGNMENT - 1) / FRAME_ALIGNMENT * FRAME_ALIGNMENT;
    shape.frame_count = strtoull(arguments[4], NULL, 10) / shape.frame_bytes;
    if (shape.payload_bytes < 2 * WORD_BYTES || shape.payload_bytes % WORD_BYTES != 0
        || shape.frame_count < 2) {
        fprintf(stderr, "no ring of %s bytes for messages of %s bytes\n", arguments[4],
            arguments[3]);
        return 2;
    }
    struct ring *ring = map_shared(sizeof *ring + shape.frame_count * shape.frame_bytes);
    pid_t child = fork_bound();
    if (child == 0) {
        pin(atoi(arguments[1]));
        produce(ring, &shape);
    }
    pin(atoi(arguments[2]));
    struct consumer consumer = {ring, shape, 0, 0};
    consume_for(&consumer, now_nanos() + atol(arguments[5]) * 1000000);
    int64_t waited_producer = waited_nanos(child);
    int64_t waited_consumer = waited_nanos(getpid());
    int64_t start = now_nanos();
    uint64_t messages = consume_for(&consumer, start + atol(arguments[6]) * 1000000);
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
