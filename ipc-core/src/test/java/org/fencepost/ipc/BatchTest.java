package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
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
}
