package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers that are damaged, where everything that follows is mapped and looks right. */
class DamagedLengthTest {
    private static final int SEGMENT = 4096;

    @TempDir
    Path directory;

    @Test
    void shouldDeliverNothingBeyondTheSegmentWhenItIsReadInPlace() {
        try (Handle handle = open()) {
            final long second = damage(handle);
            assertReadsUpTo(second, handle.reader(SubscriberOptions.earliest()));
        }
    }

    @Test
    void shouldDeliverNothingBeyondTheSegmentWhenItIsCopied() {
        try (Handle handle = open()) {
            final long second = damage(handle);
            assertReadsUpTo(second, new LossyReader(handle.log, 0, new Patience(1)));
        }
    }

    @Test
    void shouldBeginNowhereBehindItWhenALengthLeadsOutOfTheSegment() {
        try (Handle handle = open()) {
            damage(handle);
            final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
            assertThrows(
                ChannelDamagedException.class, () -> handle.subscriptions.seek(reader, SEGMENT - 64));
        }
    }

    @Test
    void shouldDeliverNothingBehindAPaddingThatEndsWhereNoFrameBegins() {
        try (Handle handle = open()) {
            final long second = damage(handle);
            handle.memory.putLong(handle.addressOf(second), FrameFormat.paddingWord(80));
            assertReadsUpTo(second, handle.reader(SubscriberOptions.earliest()));
            assertReadsUpTo(second, new LossyReader(handle.log, 0, new Patience(1)));
        }
    }

    @Test
    void shouldDeliverNoFrameThatHasWhatTheChannelsFramesDoNot() {
        try (Handle handle = open()) {
            final long second = damage(handle);
            handle.memory.putLong(handle.addressOf(second), FrameFormat.headerWord(
                100, FrameFormat.KIND_MESSAGE, FrameFormat.FLAG_TIMESTAMP, 0));
            assertReadsUpTo(second, handle.reader(SubscriberOptions.earliest()));
            assertReadsUpTo(second, new LossyReader(handle.log, 0, new Patience(1)));
        }
    }

    private static void assertReadsUpTo(final long damaged, final LogReader reader) {
        assertNotEquals(LogReader.NOTHING, reader.peek());
        reader.advance();
        assertEquals(damaged, reader.position());
        assertThrows(ChannelDamagedException.class, reader::peek);
        assertEquals(damaged, reader.position());
    }

    /** Publishes over the end of a segment; returns where the message begins whose length is wrong. */
    private static long damage(final Handle handle) {
        final SharedClaimer claimer = handle.membership.joinShared();
        final long second = handle.publish(claimer, 1, 100);
        long end = second;
        while (end <= SEGMENT) {
            end = handle.publish(claimer, 2, 100);
        }
        handle.memory.putInt(handle.addressOf(second), (int) (SEGMENT - second) + 64);
        return second;
    }

    private Handle open() {
        return new Handle(directory.resolve("ring"), ChannelOptions.ring(8 * SEGMENT, 8), Platform.detect());
    }
}
