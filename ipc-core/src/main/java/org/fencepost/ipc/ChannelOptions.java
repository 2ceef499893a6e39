package org.fencepost.ipc;

import java.time.Duration;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;

/**
 * What a channel is to be: its kind, its geometry and what its frames carry. Immutable.
 *
 * <p>Whoever opens an existing channel with options must ask for what it is, or gets a
 * {@link ChannelMismatchException} that shows both.
 */
public final class ChannelOptions {
    /** Smallest segment: one page, in bytes. */
    public static final long SEGMENT_BYTES_MIN = 4096;
    /** Largest segment, in bytes: 1 GiB. */
    public static final long SEGMENT_BYTES_MAX = 1L << 30;
    /** Fewest segments of a ring. */
    public static final int RING_SEGMENTS_MIN = 2;
    /** Most segments of a ring. */
    public static final int RING_SEGMENTS_MAX = 1024;
    /** Segments of a ring unless its options say otherwise; 8 when they would be shorter than 16 KiB. */
    public static final int RING_SEGMENTS_DEFAULT = 32;
    private static final int RING_SEGMENTS_OF_SMALL = 8;
    private static final long SHORT_SEGMENT_BYTES = 16 * 1024;
    /** Least alignment of frames. */
    public static final int FRAME_ALIGNMENT_MIN = FrameFormat.ALIGNMENT;
    /** Most alignment of frames: the shortest segment. */
    public static final int FRAME_ALIGNMENT_MAX = (int) SEGMENT_BYTES_MIN;
    /** Positions end here: 2^62 bytes. */
    public static final long POSITION_MAX = ControlFormat.POSITION_MAX;
    /** Longest flush interval: a day. */
    public static final Duration FLUSH_INTERVAL_MAX = Duration.ofDays(1);
    /** Longest retention time: a hundred years of 365 days. */
    public static final Duration RETENTION_TIME_MAX = Duration.ofDays(36_500);

    /** What becomes of a segment that everybody has read. */
    public enum Kind {
        /** It is used again: bounded memory, old messages go. */
        RING,
        /** It is kept: an append-only log that can be replayed. */
        JOURNAL
    }

    private final Kind kind;
    private final long segmentBytes;
    private final int segmentCount;
    private final boolean checksums;
    private final boolean timestamps;
    private final long startPosition;
    private final Duration flushInterval;
    private final int frameAlignment;
    private final long retentionBytes;
    private final Duration retentionTime;
    private final boolean groupAccess;

    private ChannelOptions(
        final Kind kind,
        final long segmentBytes,
        final int segmentCount,
        final boolean checksums,
        final boolean timestamps,
        final long startPosition,
        final Duration flushInterval,
        final int frameAlignment,
        final long retentionBytes,
        final Duration retentionTime,
        final boolean groupAccess) {
        this.kind = kind;
        this.segmentBytes = segmentBytes;
        this.segmentCount = segmentCount;
        this.checksums = checksums;
        this.timestamps = timestamps;
        this.startPosition = startPosition;
        this.flushInterval = flushInterval;
        this.frameAlignment = frameAlignment;
        this.retentionBytes = retentionBytes;
        this.retentionTime = retentionTime;
        this.groupAccess = groupAccess;
    }

    /**
     * A ring of {@link #RING_SEGMENTS_DEFAULT} segments, without checksums or timestamps. The longest message is
     * a little shorter than a segment ({@link Publisher#maxMessageLength}).
     *
     * @param capacityBytes of the whole ring: a power of two, 32 KiB to 32 GiB.
     * @throws IllegalArgumentException if it is not.
     */
    public static ChannelOptions ring(final long capacityBytes) {
        requirePowerOfTwo("capacityBytes", capacityBytes,
            SEGMENT_BYTES_MIN * RING_SEGMENTS_OF_SMALL, SEGMENT_BYTES_MAX * RING_SEGMENTS_DEFAULT);
        return ring(capacityBytes, capacityBytes < RING_SEGMENTS_DEFAULT * SHORT_SEGMENT_BYTES
            ? RING_SEGMENTS_OF_SMALL : RING_SEGMENTS_DEFAULT);
    }

    /**
     * A ring of {@code segmentCount} segments, without checksums or timestamps. More segments make the
     * units shorter in which used memory is cleared; fewer allow longer messages.
     *
     * @param capacityBytes of the whole ring: a power of two.
     * @param segmentCount  a power of two, {@link #RING_SEGMENTS_MIN} to {@link #RING_SEGMENTS_MAX}.
     * @throws IllegalArgumentException if a number is not allowed.
     */
    public static ChannelOptions ring(final long capacityBytes, final int segmentCount) {
        requirePowerOfTwo("segmentCount", segmentCount, RING_SEGMENTS_MIN, RING_SEGMENTS_MAX);
        requirePowerOfTwo(
            "capacityBytes",
            capacityBytes,
            SEGMENT_BYTES_MIN * segmentCount,
            SEGMENT_BYTES_MAX * segmentCount);
        return new ChannelOptions(
            Kind.RING, capacityBytes / segmentCount, segmentCount, false, false, 0, Duration.ZERO,
            FrameFormat.ALIGNMENT_OF_RINGS, 0, Duration.ZERO, false);
    }

    /**
     * A journal, with checksums and timestamps.
     *
     * @param segmentBytes of one file: a power of two, {@link #SEGMENT_BYTES_MIN} to
     *                     {@link #SEGMENT_BYTES_MAX}.
     * @throws IllegalArgumentException if it is not.
     */
    public static ChannelOptions journal(final long segmentBytes) {
        requirePowerOfTwo("segmentBytes", segmentBytes, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        return new ChannelOptions(
            Kind.JOURNAL, segmentBytes, 0, true, true, 0, Duration.ZERO,
            FrameFormat.ALIGNMENT_OF_JOURNALS, 0, Duration.ZERO, false);
    }

    /**
     * The same with or without a CRC32C in every frame.
     *
     * @throws IllegalArgumentException for a journal without: its recovery depends on them.
     */
    public ChannelOptions withChecksums(final boolean wanted) {
        if (kind == Kind.JOURNAL && !wanted) {
            throw new IllegalArgumentException("a journal needs checksums to be recovered");
        }
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, wanted, timestamps, startPosition,
            flushInterval, frameAlignment,
            retentionBytes, retentionTime, groupAccess);
    }

    /**
     * The same with or without a time in every frame (8 bytes a frame and one clock reading): nanoseconds
     * since 1970-01-01 UTC at commit, by the wall clock of the publisher's process.
     *
     * @throws IllegalArgumentException without, if there is a retention time.
     */
    public ChannelOptions withTimestamps(final boolean wanted) {
        if (!wanted && !retentionTime.isZero()) {
            throw new IllegalArgumentException("a retention time needs timestamps in the frames");
        }
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, wanted, startPosition,
            flushInterval, frameAlignment,
            retentionBytes, retentionTime, groupAccess);
    }

    /**
     * The same with another first position, for a log that continues another one.
     *
     * @param position a multiple of {@link #segmentBytes()}, from 0 to {@link #POSITION_MAX} / 2.
     * @throws IllegalArgumentException if it is not.
     */
    public ChannelOptions withStartPosition(final long position) {
        if (position < 0 || position > POSITION_MAX / 2 || position % segmentBytes != 0) {
            throw new IllegalArgumentException(
                "start position must be a multiple of " + segmentBytes + " from 0 to "
                    + POSITION_MAX / 2 + ", but is " + position);
        }
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, position,
            flushInterval, frameAlignment,
            retentionBytes, retentionTime, groupAccess);
    }

    /**
     * The same, with everything that is published brought to the disk within about this time: by the
     * housekeeping thread of any process that has a publisher or a subscriber, or, where that is kept away,
     * by {@link Housekeeping#doWork}. Zero, the default, syncs for those only who wait.
     *
     * @param interval from 0 to {@link #FLUSH_INTERVAL_MAX}.
     * @throws IllegalArgumentException if it is not, or for a ring, which nothing makes durable.
     */
    public ChannelOptions withFlushInterval(final Duration interval) {
        if (interval.isNegative() || interval.compareTo(FLUSH_INTERVAL_MAX) > 0) {
            throw new IllegalArgumentException("flush interval must be from 0 to "
                + FLUSH_INTERVAL_MAX + ", but is " + interval);
        }
        if (kind == Kind.RING && !interval.isZero()) {
            throw new IllegalArgumentException("a ring is not flushed; publish to a journal");
        }
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, startPosition, interval,
            frameAlignment,
            retentionBytes, retentionTime, groupAccess);
    }

    /**
     * The same, of a journal that removes its oldest segments when so many bytes of its log, or more, lie
     * behind them; with a {@linkplain #withRetentionTime retention time} too, when either allows it. A live
     * gating subscriber keeps what it has not read, a named cursor that gates while it is absent does so
     * always. Whoever prepares the next segment does it, and {@link Housekeeping#doWork}. Positions stay
     * what they are, and reading a removed one throws a {@link PositionException} that names the earliest.
     * Zero, the default, keeps everything. It belongs to the channel; {@link Channel#changeRetention} changes it.
     *
     * @param bytes from 0 to {@link #POSITION_MAX}; what is kept is longer by less than two segments.
     * @throws IllegalArgumentException if it is not, or for a ring, which uses its segments again.
     */
    public ChannelOptions withRetentionBytes(final long bytes) {
        requireJournal();
        if (bytes < 0 || bytes > POSITION_MAX) {
            throw new IllegalArgumentException(
                "retention bytes must be from 0 to 2^62, but are " + bytes);
        }
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, startPosition, flushInterval,
            frameAlignment, bytes, retentionTime, groupAccess);
    }

    /**
     * The same, of a journal that removes its oldest segments when the message that follows them is older than
     * this, by its timestamp and the clock of who looks; otherwise as {@link #withRetentionBytes}. Zero, the
     * default, keeps everything.
     *
     * @param time from 0 to {@link #RETENTION_TIME_MAX}.
     * @throws IllegalArgumentException if it is not, for a ring, or for a journal without timestamps.
     */
    public ChannelOptions withRetentionTime(final Duration time) {
        requireJournal();
        if (time.isNegative() || time.compareTo(RETENTION_TIME_MAX) > 0) {
            throw new IllegalArgumentException("retention time must be from 0 to "
                + RETENTION_TIME_MAX + ", but is " + time);
        }
        if (!timestamps && !time.isZero()) {
            throw new IllegalArgumentException("a retention time needs timestamps in the frames");
        }
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, startPosition, flushInterval,
            frameAlignment, retentionBytes, time, groupAccess);
    }

    /**
     * The same with frames that begin at multiples of so many bytes: 64 in a ring, 16 in a journal, unless
     * said otherwise. Where messages are short, up to 112 bytes, and a subscriber waits for each by
     * spinning, 128 lets both sides go on faster (the README has figures): processors fetch lines in
     * pairs, and take from the publisher the one it is about to write. The price is that the shortest
     * message takes 128 bytes. What is longer gains nothing from it.
     *
     * @param bytes a power of two from {@value #FRAME_ALIGNMENT_MIN} to {@value #FRAME_ALIGNMENT_MAX}.
     * @throws IllegalArgumentException if it is not.
     */
    public ChannelOptions withFrameAlignment(final int bytes) {
        requirePowerOfTwo("frame alignment", bytes, FRAME_ALIGNMENT_MIN, FRAME_ALIGNMENT_MAX);
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, startPosition, flushInterval,
            bytes,
            retentionBytes, retentionTime, groupAccess);
    }

    /**
     * The same for the group too: files that its members may read and write, 0660, in a directory where they
     * may make and remove some, 0770, whatever the umask. Without, only the user who creates the channel may:
     * 0600 and 0700. Counts when the channel is created, and is not compared when it is opened: from then on
     * every new file of it gets the permissions and the group of {@code control}, whoever makes it. So
     * {@code chmod} and {@code chgrp} of all its files hold for later ones. Whoever makes files has to be in the
     * group. That is the creator's, or, in a directory with the set-group-id bit, that one's.
     */
    public ChannelOptions withGroupAccess() {
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, startPosition, flushInterval,
            frameAlignment, retentionBytes, retentionTime, true);
    }

    /** Ring or journal. */
    public Kind kind() {
        return kind;
    }

    /** Bytes of one segment. */
    public long segmentBytes() {
        return segmentBytes;
    }

    /** Number of segments of a ring; 0 for a journal. */
    public int segmentCount() {
        return segmentCount;
    }

    /** Whether every frame carries a CRC32C. */
    public boolean checksums() {
        return checksums;
    }

    /** Whether every frame carries a time. */
    public boolean timestamps() {
        return timestamps;
    }

    /** Position of the first byte of the log. */
    public long startPosition() {
        return startPosition;
    }

    /** How long what was published may stay in memory only; zero: for ever, unless somebody waits. */
    public Duration flushInterval() {
        return flushInterval;
    }

    /** Bytes of the log of a journal that are kept at least; zero: all. */
    public long retentionBytes() {
        return retentionBytes;
    }

    /** How long messages of a journal are kept at least; zero: for ever. */
    public Duration retentionTime() {
        return retentionTime;
    }

    /** Bytes at multiples of which frames begin. */
    public int frameAlignment() {
        return frameAlignment;
    }

    /** Whether the channel is created for the group too; false of one that exists, whose files say so. */
    public boolean groupAccess() {
        return groupAccess;
    }

    /** Whether a channel that is one of these is one of the others: all but {@link #groupAccess}. */
    @Override
    public boolean equals(final Object other) {
        return other instanceof ChannelOptions that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return (kind == Kind.RING ? "ring of " + segmentCount + " segments" : "journal of segments")
            + " of " + segmentBytes + " bytes, checksums " + (checksums ? "on" : "off")
            + ", timestamps " + (timestamps ? "on" : "off") + ", frames aligned to "
            + frameAlignment + " bytes, from position " + startPosition
            + (flushInterval.isZero() ? "" : ", flushed every " + flushInterval)
            + (retentionBytes == 0 ? "" : ", kept for " + retentionBytes + " bytes")
            + (retentionTime.isZero() ? "" : ", kept for " + retentionTime);
    }

    /** Of a journal that keeps everything: what cannot be changed. */
    ChannelOptions withoutRetention() {
        return new ChannelOptions(
            kind, segmentBytes, segmentCount, checksums, timestamps, startPosition, flushInterval,
            frameAlignment, 0, Duration.ZERO, groupAccess);
    }

    private void requireJournal() {
        if (kind == Kind.RING) {
            throw new IllegalArgumentException(
                "a ring uses its segments again and has no retention; publish to a journal");
        }
    }

    private static void requirePowerOfTwo(
        final String name, final long value, final long min, final long max) {
        if (value < min || value > max || Long.bitCount(value) != 1) {
            throw new IllegalArgumentException(
                name + " must be a power of two from " + min + " to " + max + ", but is " + value);
        }
    }
}
