package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest(name = "count {0}, {1} bytes used")
    @CsvSource({"0, 32", "1, 32", "1, 8", "2, 24", "2, 25", "2, 31", "2, 40", "3, 32", "0, 1"})
    void shouldTakeABatchForDamagedWhenItsWordsContradictItsRecords(final int count, final int used)
        throws IOException {
        final Path ring = directory.resolve("ring");
        try (Channel channel = Channel.open(ring, ChannelOptions.ring(1 << 16));
            Publisher publisher = channel.addPublisher();
            Subscriber inPlace = channel.addSubscriber(SubscriberOptions.latest());
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.latest().lossy())) {
            final Batch batch = new Batch();
            publisher.tryClaimBatch(64, batch);
            batch.add(1, new byte[8], 0, 8);
            batch.add(1, new byte[8], 0, 8);
            batch.commit();
            overwrite(ring.resolve("segment-0000000000000000"), count, used);

            for (final Subscriber subscriber : List.of(inPlace, lossy)) {
                // Again: who has been told of it has not passed it.
                for (int i = 0; i < 2; i++) {
                    assertThrows(ChannelDamagedException.class, () -> received(subscriber));
                    assertThrows(ChannelDamagedException.class, () -> {
                        while (subscriber.controlledPoll((buffer, offset, length, header) ->
                            ControlledMessageHandler.Action.CONTINUE, 1) > 0) { }
                    });
                }
                assertEquals(0, subscriber.position());
            }
        }
    }

    private static void overwrite(final Path segment, final int count, final int used) throws IOException {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(count).putInt(used).flip(),
                SegmentFormat.DATA_OFFSET + FrameFormat.headerBytes(0));
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
