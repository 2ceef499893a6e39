package org.fencepost.ipc.format;

/**
 * The frame: what a segment's data is made of, back to back, each aligned as {@code control} says.
 *
 * <pre>
 *   0        4    5     6         8        12       16             24
 *   +--------+----+-----+---------+--------+--------+--------------+-----------+---------+
 *   | length |kind|flags|publisher|  type  | crc32c | [timestamp]  |  payload  | padding |
 *   +--------+----+-----+---------+--------+--------+--------------+-----------+---------+
 *   |&lt;------ header word --------&gt;|
 * </pre>
 *
 * <p>The first 8 bytes are the <em>header word</em>, the only part that is read or written
 * atomically. It is zero until the frame is committed or padded; there is no other state. It is
 * stored last, with release, by the publisher of the claim, or by compare-and-exchange by whoever
 * repairs the claim of a dead one; after that the frame does not change until its segment is
 * cleared. In a padding frame only the header word means anything.
 *
 * <p>{@code length} counts from the frame's first byte and without the padding at the end;
 * {@code timestamp} is there if {@link #FLAG_TIMESTAMP} is set, {@code crc32c} means something if
 * {@link #FLAG_CHECKSUM} is. A batch's payload is described by {@link BatchFormat}.
 */
public final class FrameFormat {
    /** Frames start and end at multiples of at least this; so any rest can hold a header. */
    public static final int ALIGNMENT = 16;
    /** Frames of a ring have a cache line for themselves: reader and writer rarely meet in one. */
    public static final int ALIGNMENT_OF_RINGS = 64;
    /** Frames of a journal are dense. */
    public static final int ALIGNMENT_OF_JOURNALS = ALIGNMENT;

    /** Offset of the header word (u64). */
    public static final int HEADER_WORD_OFFSET = 0;
    /** Offset of the user's type (i32). */
    public static final int TYPE_OFFSET = HEADER_WORD_OFFSET + Long.BYTES;
    /** Offset of the CRC32C (u32). */
    public static final int CHECKSUM_OFFSET = TYPE_OFFSET + Integer.BYTES;
    /** Offset of the timestamp (i64), in frames that have one. */
    public static final int TIMESTAMP_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** Bytes before the payload without a timestamp; also the shortest frame. */
    public static final int HEADER_BYTES = TIMESTAMP_OFFSET;
    /** Bytes before the payload with a timestamp. */
    public static final int HEADER_BYTES_WITH_TIMESTAMP = TIMESTAMP_OFFSET + Long.BYTES;

    /** Kind of a frame that carries one message. */
    public static final int KIND_MESSAGE = 1;
    /** Kind of a frame that carries nothing and is skipped. */
    public static final int KIND_PADDING = 2;
    /** Kind of a frame that carries any number of messages. */
    public static final int KIND_BATCH = 3;

    /** The frame has a timestamp. */
    public static final int FLAG_TIMESTAMP = 1;
    /** The frame has a checksum. */
    public static final int FLAG_CHECKSUM = 2;

    private static final int KIND_SHIFT = 32;
    private static final int FLAGS_SHIFT = 40;
    private static final int PUBLISHER_SHIFT = 48;

    /** Kind, flags, and what a publisher's slot leaves of its field. */
    private static final long MESSAGE_MASK =
        -1L << KIND_SHIFT & ~((ControlFormat.PUBLISHERS_MAX - 1L) << PUBLISHER_SHIFT);

    private FrameFormat() {
    }

    /** The header word of a message or batch. */
    public static long headerWord(
        final int length, final int kind, final int flags, final int publisher) {
        return length
            | (long) kind << KIND_SHIFT
            | (long) flags << FLAGS_SHIFT
            | (long) publisher << PUBLISHER_SHIFT;
    }

    /** The header word of a frame whose flags and publisher stand in {@code frameBits} already. */
    public static long headerWord(final long frameBits, final int length, final int kind) {
        return frameBits | length | (long) kind << KIND_SHIFT;
    }

    /** The header word of {@code length} bytes of padding. */
    public static long paddingWord(final long length) {
        return length | (long) KIND_PADDING << KIND_SHIFT;
    }

    /** What all header words of messages in a channel with these flags have in common. */
    public static long messageBits(final int flags) {
        return headerWord(0, KIND_MESSAGE, flags, 0);
    }

    /** Whether the word is of a message with these bits; says nothing about its length. */
    public static boolean hasMessageBits(final long headerWord, final long messageBits) {
        return (headerWord & MESSAGE_MASK) == messageBits;
    }

    /** Length in bytes of the frame with this header word; not validated, may be negative. */
    public static int length(final long headerWord) {
        return (int) headerWord;
    }

    /** Kind of the frame with this header word. */
    public static int kind(final long headerWord) {
        return (int) (headerWord >>> KIND_SHIFT) & 0xFF;
    }

    /** Flags of the frame with this header word. */
    public static int flags(final long headerWord) {
        return (int) (headerWord >>> FLAGS_SHIFT) & 0xFF;
    }

    /** Publisher slot of the frame with this header word. */
    public static int publisher(final long headerWord) {
        return (int) (headerWord >>> PUBLISHER_SHIFT) & 0xFFFF;
    }

    /** Whether the frame is padding. */
    public static boolean isPadding(final long headerWord) {
        return kind(headerWord) == KIND_PADDING;
    }

    /** Bytes before the payload of a frame with these flags. */
    public static int headerBytes(final int flags) {
        return (flags & FLAG_TIMESTAMP) == 0 ? HEADER_BYTES : HEADER_BYTES_WITH_TIMESTAMP;
    }

    /** Bytes that a frame of this length takes in a log with this alignment. */
    public static long span(final int length, final int alignment) {
        return (length + (alignment - 1L)) & -alignment;
    }

    /**
     * Whether this non-zero word can be the header of a frame with {@code roomBytes} left in its
     * segment, which are a multiple of the alignment. Words that fail this were not written by a publisher or repairer
     * of this version.
     *
     * @param alignment of the channel's frames.
     * @param flags     of all its frames that are not padding.
     */
    public static boolean isValid(
        final long headerWord, final long roomBytes, final int alignment, final int flags) {
        final int length = length(headerWord);
        final int kind = kind(headerWord);
        if (kind == KIND_PADDING) {
            return length >= alignment && (length & (alignment - 1)) == 0 && length <= roomBytes
                && headerWord == paddingWord(length);
        }
        return (kind == KIND_MESSAGE || kind == KIND_BATCH)
            && flags(headerWord) == flags
            && length >= headerBytes(flags)
            && length <= roomBytes
            && publisher(headerWord) < ControlFormat.PUBLISHERS_MAX;
    }
}
