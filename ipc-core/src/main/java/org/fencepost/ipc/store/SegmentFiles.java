package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;

/** Writes and verifies segment files. */
final class SegmentFiles {
    /**
     * Zeros are written in pieces of a page: larger ones leave large folios in the page cache, and
     * then every synced page drags its whole folio to the disk.
     */
    private static final int PIECE_BYTES = FileHeader.PAGE_BYTES;

    private SegmentFiles() {
    }

    /**
     * Writes a new segment with zeroed data.
     *
     * @param written whether the zeros are written and synced, as the blocks of a journal are; without,
     *                the space is only allocated.
     */
    static void write(
        final Platform platform,
        final Path file,
        final long channelId,
        final long segmentBytes,
        final long place,
        final boolean written) throws IOException {
        final long fileBytes = SegmentFormat.fileBytes(segmentBytes);
        final ByteBuffer page = FileHeader.page(FileKind.SEGMENT, channelId, fileBytes);
        page.putLong(SegmentFormat.SEGMENT_BYTES_OFFSET, segmentBytes);
        page.putLong(SegmentFormat.PLACE_OFFSET, place);
        ChannelDirectory.writeFile(file, FileHeader.seal(page));
        platform.allocate(file, fileBytes);
        if (written) {
            writeZeros(file, SegmentFormat.DATA_OFFSET, fileBytes);
        }
    }

    /** Verifies that the file is the segment of this channel for this place. */
    static void verify(
        final Path file, final long channelId, final long segmentBytes, final long place) {
        final ByteBuffer page = Headers.read(file, FileKind.SEGMENT, channelId);
        final long foundBytes = page.getLong(SegmentFormat.SEGMENT_BYTES_OFFSET);
        final long foundPlace = page.getLong(SegmentFormat.PLACE_OFFSET);
        if (foundBytes != segmentBytes || foundPlace != place) {
            throw Headers.wrong(file, "segment",
                segmentBytes + " bytes for place " + Headers.hex(place),
                foundBytes + " bytes for place " + Headers.hex(foundPlace));
        }
    }

    private static void writeZeros(final Path file, final long from, final long to)
        throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long position = from;
            while (position < to) {
                zeros.rewind();
                position += channel.write(zeros, position);
            }
            channel.force(true);
        }
    }
}
