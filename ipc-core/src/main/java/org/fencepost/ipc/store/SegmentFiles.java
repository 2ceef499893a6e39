package org.fencepost.ipc.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileHandle;

/** Writes and verifies segment files. */
final class SegmentFiles {
    /**
     * So large the pages are that the system makes of zeros that are written. Smaller ones take longer, and memory for
     * those of a MiB and more may be none that the machine has had: a virtual one gives it back to its host.
     */
    private static final int PIECE_BYTES = 256 << 10;

    private SegmentFiles() {
    }

    /** Writes a new segment, with blocks set aside for its data, and makes it and its size durable. */
    static void write(
        final FileHandle file,
        final long channelId,
        final long segmentBytes,
        final long place) throws IOException {
        final long fileBytes = SegmentFormat.fileBytes(segmentBytes);
        final ByteBuffer page = FileHeader.page(FileKind.SEGMENT, channelId, fileBytes);
        page.putLong(SegmentFormat.SEGMENT_BYTES_OFFSET, segmentBytes);
        page.putLong(SegmentFormat.PLACE_OFFSET, place);
        Temporary.write(file, FileHeader.seal(page).rewind(), 0);
        file.allocate(fileBytes);
        file.sync();
    }

    /**
     * Has pages in memory for all data of a new segment, by writing the zeros that it has: who stores into one that is
     * not there waits until it is, and of stores come small ones at first. Nobody else may have the file yet. As
     * long as they are wanted: the rest has its zeros without.
     */
    static void makePages(
        final FileHandle file, final long segmentBytes, final BooleanSupplier wanted)
        throws IOException {
        if (!wanted.getAsBoolean()) {
            return;
        }
        final long end = SegmentFormat.fileBytes(segmentBytes);
        try (Arena arena = Arena.ofConfined()) {
            final ByteBuffer zeros =
                arena.allocate(Math.min(PIECE_BYTES, segmentBytes)).asByteBuffer();
            long at = SegmentFormat.DATA_OFFSET;
            do {
                final long next = Math.min(end, (at & -PIECE_BYTES) + PIECE_BYTES);
                Temporary.write(file, zeros.clear().limit((int) (next - at)), at);
                at = next;
            } while (at < end && wanted.getAsBoolean());
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

    /** The places of the segments in a directory, in ascending order. */
    static List<Long> places(final Path directory) throws IOException {
        final List<Long> places = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
            directory, SegmentFormat.NAME_PREFIX + "*")) {
            for (final Path file : files) {
                final long place = SegmentFormat.place(file.getFileName().toString());
                if (place >= 0) {
                    places.add(place);
                }
            }
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        }
        places.sort(null);
        return places;
    }
}
