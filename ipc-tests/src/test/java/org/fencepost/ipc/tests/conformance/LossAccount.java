package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.DirectBuffer;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.tests.peer.ChannelSpec;
import org.fencepost.ipc.tests.peer.Series;

/**
 * Keeps the books of a lossy subscriber: every byte of the log is delivered, or padding at the
 * end of a segment, or counted as lost. Messages have an index of 8 bytes in front.
 */
final class LossAccount {
    private final Series series;
    private final ChannelSpec channel;
    private final Subscriber subscriber;
    private long end;
    private long lost;
    private long deliveredBytes;
    private long paddingBytes;
    private long delivered;
    private long lastIndex = -1;

    LossAccount(final Series series, final ChannelSpec channel, final Subscriber subscriber) {
        this.series = series;
        this.channel = channel;
        this.subscriber = subscriber;
        this.end = subscriber.position();
    }

    void poll(final int limit) {
        subscriber.poll(this::onMessage, limit);
    }

    long delivered() {
        return delivered;
    }

    long lastIndex() {
        return lastIndex;
    }

    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        final long index = buffer.getLong(offset);
        assertTrue(index > lastIndex, index + " should come after " + lastIndex);
        assertEquals("", series.difference(index, header.typeId(), buffer, offset, length));
        account(header.position() - channel.frameBytes(length), index);
        end = header.position();
        deliveredBytes += channel.frameBytes(length);
        delivered++;
        lastIndex = index;
    }

    /** The bytes between the last message and this one. */
    private void account(final long start, final long index) {
        final long lostNow = subscriber.lostBytes() - lost;
        lost += lostNow;
        final long gap = start - end;
        final long padding = gap - lostNow;
        final boolean atSegmentStart = start % channel.segmentBytes() == 0;
        final long restOfSegment = -end & (channel.segmentBytes() - 1);
        if (lostNow == 0) {
            assertEquals(lastIndex + 1, index, "without a loss the next message should follow");
            assertEquals(atSegmentStart ? restOfSegment : 0, padding, "padding from " + end);
        } else {
            assertTrue(atSegmentStart, "a loss should end where a segment begins: " + start);
            assertTrue(
                padding == 0 || padding == restOfSegment,
                "of the " + gap + " bytes from " + end + ", " + lostNow + " were lost and "
                    + padding + " are not accounted for");
        }
        paddingBytes += padding;
    }

    void assertComplete(final long tail) {
        final long padding = tail - end - (subscriber.lostBytes() - lost);
        assertTrue(padding >= 0, "no more can be lost than there was");
        assertEquals(
            tail,
            deliveredBytes + paddingBytes + padding + subscriber.lostBytes(),
            "delivered + padding + lost");
    }
}
