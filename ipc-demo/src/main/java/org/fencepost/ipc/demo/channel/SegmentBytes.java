package org.fencepost.ipc.demo.channel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.zip.CRC32C;
import org.fencepost.ipc.format.BatchFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;

/**
 * The data of a segment, read from its file as docs/format.md says and with nothing of what
 * publishers and subscribers use, so that both can be wrong by themselves only. For one thread.
 */
final class SegmentBytes implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final String[] HEADER_NAMES = {"magic", "version", "kind", "header checksum",
        "channel id", "number of pages", "size of the segment", "place", "size of the file"};

    private final FileChannel file;
    private final long start;
    private final long segmentBytes;
    private final long channelId;
    private final int frameAlignment;
    private final int frameFlags;
    private final ByteBuffer buffer =
        ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer prefix =
        ByteBuffer.allocate(3 * Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    /** Offset in the data of the first byte of the buffer. */
    private long bufferOffset;

    /**
     * Opens a segment's file.
     *
     * @param start position of its first byte of data.
     */
    SegmentBytes(final Path file, final long start, final long segmentBytes, final long channelId,
        final int frameAlignment, final int frameFlags) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isRegularFile()) {
            // Of a named pipe to open one end waits for somebody at the other.
            throw new IOException("expected a regular file, found something else");
        }
        this.file = FileChannel.open(file, StandardOpenOption.READ);
        this.start = start;
        this.segmentBytes = segmentBytes;
        this.channelId = channelId;
        this.frameAlignment = frameAlignment;
        this.frameFlags = frameFlags;
        buffer.limit(0);
    }

    /**
     * What is wrong with the first page of the file, which is for this place; empty if nothing is.
     */
    String headerProblem(final long place) throws IOException {
        final ByteBuffer page =
            ByteBuffer.allocate(FileHeader.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (page.hasRemaining() && file.read(page, page.position()) >= 0) {
            // Reads until the page is full or the file ends.
        }
        if (page.hasRemaining()) {
            return "expected a page, found " + page.position() + " bytes";
        }
        final long[][] values = {
            {FileHeader.MAGIC, page.getLong(FileHeader.MAGIC_OFFSET)},
            {FileHeader.VERSION, page.getInt(FileHeader.VERSION_OFFSET)},
            {FileKind.SEGMENT.code(), page.getInt(FileHeader.KIND_OFFSET)},
            {Integer.toUnsignedLong(FileHeader.checksum(page)),
                Integer.toUnsignedLong(page.getInt(FileHeader.CHECKSUM_OFFSET))},
            {channelId, page.getLong(FileHeader.CHANNEL_ID_OFFSET)},
            {SegmentFormat.fileBytes(segmentBytes) / FileHeader.PAGE_BYTES,
                Integer.toUnsignedLong(page.getInt(FileHeader.SIZE_OFFSET))},
            {segmentBytes, page.getLong(SegmentFormat.SEGMENT_BYTES_OFFSET)},
            {place, page.getLong(SegmentFormat.PLACE_OFFSET)},
            {SegmentFormat.fileBytes(segmentBytes), file.size()}};
        for (int i = 0; i < values.length; i++) {
            final boolean size = i == values.length - 1;
            if (size ? values[i][1] < values[i][0] : values[i][1] != values[i][0]) {
                return "wrong " + HEADER_NAMES[i] + ": expected 0x" + Long.toHexString(values[i][0])
                    + ", found 0x" + Long.toHexString(values[i][1]);
            }
        }
        return "";
    }

    /** Position behind its last byte. */
    long end() {
        return start + segmentBytes;
    }

    /** Forgets what was read, for it may have changed. */
    void refresh() {
        buffer.limit(0);
    }

    /** The header word of the frame at a position. */
    long headerWord(final long position) throws IOException {
        return buffer.getLong(ensure(position, Long.BYTES));
    }

    /** Whether the header word may be one of this channel, but for what follows it. */
    boolean isValid(final long position, final long headerWord) {
        return headerWord != 0
            && FrameFormat.isValid(headerWord, end() - position, frameAlignment, frameFlags);
    }

    /** The checksum that the frame carries. */
    int checksumFound(final long position) throws IOException {
        return buffer.getInt(ensure(position + FrameFormat.CHECKSUM_OFFSET, Integer.BYTES));
    }

    /** The checksum that the frame ought to carry. */
    int checksumExpected(final long position, final long headerWord) throws IOException {
        final int type = buffer.getInt(ensure(position + FrameFormat.TYPE_OFFSET, Integer.BYTES));
        crc.reset();
        crc.update(prefix.clear().putLong(channelId).putLong(position).putLong(headerWord)
            .putInt(type).flip());
        long at = position + FrameFormat.TIMESTAMP_OFFSET;
        final long frameEnd = position + FrameFormat.length(headerWord);
        while (at < frameEnd) {
            final int piece = (int) Math.min(BUFFER_BYTES / 2, frameEnd - at);
            crc.update(buffer.array(), ensure(at, piece), piece);
            at += piece;
        }
        return (int) crc.getValue();
    }

    /** Whether a frame is what was published, as far as can be seen. */
    boolean isRight(final long position, final long headerWord) throws IOException {
        return isValid(position, headerWord)
            && (FrameFormat.isPadding(headerWord)
                || (frameFlags & FrameFormat.FLAG_CHECKSUM) == 0
                || checksumFound(position) == checksumExpected(position, headerWord));
    }

    /**
     * Counts the messages of a frame that is right.
     *
     * @return what is wrong with the records of a batch; empty if nothing is.
     */
    String count(final long position, final long headerWord, final Counts counts)
        throws IOException {
        if (FrameFormat.isPadding(headerWord)) {
            return "";
        }
        final long payload = position + FrameFormat.headerBytes(frameFlags);
        final long frameEnd = position + FrameFormat.length(headerWord);
        if (FrameFormat.kind(headerWord) == FrameFormat.KIND_MESSAGE) {
            counts.add(1, frameEnd - payload);
            return "";
        }
        if (frameEnd - payload < BatchFormat.RECORDS_OFFSET) {
            return "a batch without room for its count";
        }
        final int records = buffer.getInt(ensure(payload, BatchFormat.RECORDS_OFFSET));
        final long used =
            buffer.getInt(ensure(payload + BatchFormat.USED_OFFSET, Integer.BYTES));
        long at = payload + BatchFormat.RECORDS_OFFSET;
        final long recordsEnd = at + used;
        if (records < 0 || used < 0 || recordsEnd > frameEnd) {
            return records + " messages in " + used + " bytes of a batch";
        }
        long bytes = 0;
        for (int i = 0; i < records; i++) {
            final int length = at + BatchFormat.RECORD_HEADER_BYTES > recordsEnd ? -1
                : buffer.getInt(ensure(at, Integer.BYTES));
            if (length < 0 || length > recordsEnd - at - BatchFormat.RECORD_HEADER_BYTES) {
                return "message " + i + " of a batch with " + length + " bytes";
            }
            bytes += length;
            at += BatchFormat.recordBytes(length);
        }
        if (at != recordsEnd) {
            return records + " messages that do not fill the " + used + " bytes of a batch";
        }
        counts.add(records, bytes);
        return "";
    }

    /**
     * The first position from one on, and before a limit, at which a byte is not zero; or the
     * limit.
     */
    long nextWritten(final long from, final long limit) throws IOException {
        long at = from;
        while (at < limit) {
            final int piece = (int) Math.min(BUFFER_BYTES / 2, limit - at);
            final int index = ensure(at, piece);
            for (int i = 0; i < piece; i++) {
                if (buffer.get(index + i) != 0) {
                    return at + i;
                }
            }
            at += piece;
        }
        return limit;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Index in the buffer of the bytes at a position. */
    private int ensure(final long position, final int length) throws IOException {
        final long offset = position - start;
        if (offset < bufferOffset || offset + length > bufferOffset + buffer.limit()) {
            buffer.clear();
            bufferOffset = offset;
            while (buffer.hasRemaining() && file.read(
                buffer, SegmentFormat.DATA_OFFSET + bufferOffset + buffer.position()) >= 0) {
                // Reads until the buffer is full or the file ends.
            }
            buffer.flip();
            if (length > buffer.limit()) {
                throw new EOFException("the file ends before position " + (position + length));
            }
        }
        return (int) (offset - bufferOffset);
    }

    /** Messages and bytes of payload. */
    static final class Counts {
        private long messages;
        private long payloadBytes;

        void add(final long moreMessages, final long moreBytes) {
            messages += moreMessages;
            payloadBytes += moreBytes;
        }

        long messages() {
            return messages;
        }

        long payloadBytes() {
            return payloadBytes;
        }
    }
}
