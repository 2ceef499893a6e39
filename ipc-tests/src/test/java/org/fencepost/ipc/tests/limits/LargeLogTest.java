package org.fencepost.ipc.tests.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A journal that is larger than an {@code int} can count. */
class LargeLogTest {
    private static final long ROOM_NEEDED = 4L << 30;
    private static final int SEGMENT_BYTES = 256 << 20;
    private static final int MESSAGE_BYTES = (64 << 20) - 16;
    private static final int MESSAGES = 33;
    /** What is written into each message, spread over it: the pages between stay as they are. */
    private static final int MARKS = 16;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void shouldReadEverythingWhenTheLogPassesTwoGibibytes() throws Exception {
        Assumptions.assumeTrue(
            Files.getFileStore(temporary).getUsableSpace() > ROOM_NEEDED,
            "needs 4 GiB in " + temporary);
        // Without timestamps a frame is 64 MiB, so four fill a segment.
        final ChannelOptions options =
            ChannelOptions.journal(SEGMENT_BYTES).withTimestamps(false);
        try (Channel channel = Channel.open(temporary.resolve("large"), options);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            final List<Long> ends = publish(publisher);
            assertTrue(ends.getLast() > 1L << 31, "more than 2 GiB, but " + ends.getLast());
            assertEquals(ends.getLast(), channel.tailPosition());
            assertEquals(ends.getLast(), subscriber.lagBytes());
            for (int i = 0; i < MESSAGES; i++) {
                assertNext(subscriber, i, ends.get(i));
            }
            assertEquals(0, subscriber.poll((buffer, offset, length, header) -> { }, 1));
            for (final int i : new int[] {MESSAGES - 1, 0, 31}) {
                subscriber.seek(i == 0 ? 0 : ends.get(i - 1));
                assertNext(subscriber, i, ends.get(i));
            }
        }
        try (Channel channel = Channel.join(temporary.resolve("large"));
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            assertNext(subscriber, 0, MESSAGE_BYTES + 16);
        }
    }

    private static List<Long> publish(final Publisher publisher) {
        final List<Long> ends = new ArrayList<>();
        final Deadline deadline = Deadline.forWaitingUntil(MESSAGES + " messages are published");
        try (Claim claim = new Claim()) {
            for (int i = 0; i < MESSAGES; i++) {
                while (publisher.tryClaim(i, MESSAGE_BYTES, claim) < 0) {
                    deadline.check(i);
                }
                for (int mark = 0; mark < MARKS; mark++) {
                    claim.buffer().putLong(offset(mark), i * 1_000L + mark);
                }
                ends.add(claim.commit());
            }
        }
        return ends;
    }

    private static int offset(final int mark) {
        return mark == MARKS - 1 ? MESSAGE_BYTES - Long.BYTES : mark * (MESSAGE_BYTES / MARKS);
    }

    private static void assertNext(
        final Subscriber subscriber, final int expected, final long position) {
        assertEquals(1, subscriber.poll((buffer, offset, length, header) -> {
            assertEquals(expected, header.typeId());
            assertEquals(MESSAGE_BYTES, length);
            assertEquals(position, header.position());
            for (int mark = 0; mark < MARKS; mark++) {
                assertEquals(expected * 1_000L + mark, buffer.getLong(offset + offset(mark)));
            }
        }, 1));
    }
}
