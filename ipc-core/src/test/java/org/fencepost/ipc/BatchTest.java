package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchTest {
    @TempDir
    Path directory;

    @Test
    void shouldLeaveNothingBehindAShortenedFrameWhenACopyFailed() {
        try (Channel channel = Channel.open(directory.resolve("ring"), ChannelOptions.ring(1 << 16));
            Publisher publisher = channel.addExclusivePublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            final MemorySegment gone;
            try (Arena arena = Arena.ofConfined()) {
                gone = arena.allocate(16);
            }
            final Batch batch = new Batch();
            assertEquals(0, publisher.tryClaimBatch(256, batch));
            // With its header 64 bytes, the whole of a cache line. What the next one would leave
            // behind that is a record's head whose bits make the header of a message.
            assertTrue(batch.add(1, new byte[32], 0, 32));
            assertThrows(IllegalStateException.class, () -> batch.add(1, gone, 0, 16));
            batch.commit();

            final List<Integer> types = new ArrayList<>();
            subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10);
            publisher.offer(3, new byte[4], 0, 4);
            subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10);
            assertEquals(List.of(1, 3), types);
        }
    }

    @Test
    void shouldGiveBackWhatAnExclusivePublisherDidNotUse() {
        try (Channel channel = Channel.open(directory.resolve("ring"), ChannelOptions.ring(1 << 16));
            Publisher publisher = channel.addExclusivePublisher()) {
            final Batch batch = new Batch();
            publisher.tryClaimBatch(4096, batch);
            batch.add(1, new byte[8], 0, 8);
            // Header, count and used bytes, one record: 48 bytes in a cache line.
            assertEquals(64, batch.commit());
        }
    }

    @Test
    void shouldDeliverTheSameWhenMessagesOfAnArrayAreAddedTogether() {
        final byte[] bytes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        final int[] offsets = {99, 3, 0, 12, 4};
        final int[] lengths = {99, 2, 9, 0, 9};
        try (Channel channel = Channel.open(directory.resolve("ring"), ChannelOptions.ring(1 << 16));
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            final Batch batch = new Batch();
            publisher.tryClaimBatch(16 + 24 + 16, batch);
            assertEquals(0, batch.addAll(7, bytes, offsets, lengths, 2, 2));
            assertEquals(0, batch.buffer().capacity());
            assertTrue(batch.add(6, bytes, 12, 1));
            assertEquals(2, batch.addAll(7, bytes, offsets, lengths, 1, 3));
            assertEquals(9, batch.buffer().capacity());
            assertEquals(8, batch.buffer().getByte(8));
            assertEquals(0, batch.addAll(7, bytes, offsets, lengths, 4, 5), "full");
            assertEquals(3, batch.count());
            assertEquals(0, batch.remainingBytes());
            batch.commit();
            publisher.tryClaimBatch(16 + 8 + 16, batch);
            assertEquals(2, batch.addAll(-1, bytes, offsets, lengths, 2, 5), "the last one does not fit");
            batch.commit();
            publisher.offer(5, bytes, 0, 1);

            assertEquals(List.of("6 [12]", "7 [3, 4]", "7 [0, 1, 2, 3, 4, 5, 6, 7, 8]",
                "-1 [0, 1, 2, 3, 4, 5, 6, 7, 8]", "-1 []", "5 [0]"), received(subscriber));
        }
    }

    @Test
    void shouldKeepThoseBeforeWhenOneOfMessagesAddedTogetherIsNotThere() {
        final byte[] bytes = new byte[20];
        try (Channel channel = Channel.open(directory.resolve("ring"), ChannelOptions.ring(1 << 16));
            Publisher publisher = channel.addExclusivePublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            final Batch batch = new Batch();
            publisher.tryClaimBatch(256, batch);
            for (final int length : new int[] {17, -1}) {
                assertThrows(IndexOutOfBoundsException.class,
                    () -> batch.addAll(1, bytes, new int[] {0, 4, 0}, new int[] {1, length, 1}, 0, 3));
            }
            assertThrows(IndexOutOfBoundsException.class,
                () -> batch.addAll(1, bytes, new int[] {0, 4}, new int[] {1}, 0, 2));
            assertEquals(2, batch.count());
            assertEquals(1, batch.buffer().capacity());
            batch.commit();
            publisher.offer(2, bytes, 0, 2);
            assertEquals(List.of("1 [0]", "1 [0]", "2 [0, 0]"), received(subscriber));
        }
    }

    private static List<String> received(final Subscriber subscriber) {
        final List<String> messages = new ArrayList<>();
        while (subscriber.poll((buffer, offset, length, header) -> {
            final byte[] payload = new byte[length];
            buffer.getBytes(offset, payload);
            messages.add(header.typeId() + " " + Arrays.toString(payload));
        }, 10) > 0) { }
        return messages;
    }
}
