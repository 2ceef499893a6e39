package org.fencepost.ipc.tests.peer;

import java.io.Serializable;
import org.fencepost.ipc.ChannelOptions;

/**
 * Channel options that can travel to another process.
 *
 * @param ring          a ring, otherwise a journal.
 * @param segmentBytes  of one segment.
 * @param segmentCount  of a ring.
 * @param checksums     whether frames carry them.
 * @param timestamps    whether frames carry them.
 * @param startPosition of the log.
 */
public record ChannelSpec(
    boolean ring,
    long segmentBytes,
    int segmentCount,
    boolean checksums,
    boolean timestamps,
    long startPosition) implements Serializable {

    /** A ring with the library's defaults. */
    public static ChannelSpec ring(final long segmentBytes, final int segmentCount) {
        return new ChannelSpec(true, segmentBytes, segmentCount, false, false, 0);
    }

    /** A journal with the library's defaults. */
    public static ChannelSpec journal(final long segmentBytes) {
        return new ChannelSpec(false, segmentBytes, 0, true, true, 0);
    }

    /** The same with or without checksums. */
    public ChannelSpec withChecksums(final boolean wanted) {
        return new ChannelSpec(ring, segmentBytes, segmentCount, wanted, timestamps, startPosition);
    }

    /** The same with or without timestamps. */
    public ChannelSpec withTimestamps(final boolean wanted) {
        return new ChannelSpec(ring, segmentBytes, segmentCount, checksums, wanted, startPosition);
    }

    /** The same from another position on. */
    public ChannelSpec withStartPosition(final long position) {
        return new ChannelSpec(ring, segmentBytes, segmentCount, checksums, timestamps, position);
    }

    /** What the library takes. */
    public ChannelOptions options() {
        final ChannelOptions options = ring
            ? ChannelOptions.ring(segmentBytes * segmentCount, segmentCount)
            : ChannelOptions.journal(segmentBytes);
        return options.withChecksums(checksums).withTimestamps(timestamps)
            .withStartPosition(startPosition);
    }

    /** Bytes of a whole ring. */
    public long capacityBytes() {
        return segmentBytes * segmentCount;
    }

    /** Bytes that stand before the payload of a frame, by docs/format.md. */
    public int headerBytes() {
        return timestamps ? 24 : 16;
    }

    /** Bytes that a message takes in the log, by docs/format.md. */
    public long frameBytes(final int length) {
        final long alignment = ring ? 64 : 16;
        return (headerBytes() + length + alignment - 1) & -alignment;
    }

    /** The longest payload. */
    public int lengthMax() {
        return (int) segmentBytes - headerBytes();
    }
}
