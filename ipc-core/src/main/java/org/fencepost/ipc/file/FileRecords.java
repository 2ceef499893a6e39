package org.fencepost.ipc.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import org.fencepost.ipc.file.FileFailedException.Content;

/**
 * The lines of a file, or other records that end with a separator, each where the kernel has it,
 * without a copy. File and records may have any size: the heap holds nothing of them, and a window
 * of the file is mapped, which grows to the length of a record that is longer. Immutable; any
 * thread may call.
 */
public final class FileRecords {
    private static final byte[] NEWLINE = {'\n'};

    private final Path path;
    private final byte[] separator;
    private final long windowBytes;

    private FileRecords(final Path path, final byte[] separator, final long windowBytes) {
        this.path = Objects.requireNonNull(path, "path");
        this.separator = separator.clone();
        this.windowBytes = windowBytes;
    }

    /** Lines that end with a newline; a carriage return before it belongs to the line. */
    public static FileRecords lines(final Path path) {
        return separatedBy(path, NEWLINE);
    }

    /**
     * Records that end with these bytes; the last one may end with the file.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static FileRecords separatedBy(final Path path, final byte[] separator) {
        return new FileRecords(
            path, new BytePattern(separator).bytes(), FileSearch.WINDOW_BYTES_DEFAULT);
    }

    /** The same with at most so much mapped at once, if no record is longer. */
    public FileRecords windowBytes(final long bytes) {
        if (bytes < FileSearch.WINDOW_BYTES_MIN) {
            throw new IllegalArgumentException("window: expected at least "
                + FileSearch.WINDOW_BYTES_MIN + " bytes, found " + bytes);
        }
        return new FileRecords(path, separator, bytes);
    }

    /**
     * Shows the records, in order. An empty file has none, and nothing follows the last separator.
     * An exception of the handler goes to the caller.
     *
     * @return how many were shown
     * @throws FileFailedException if the file cannot be read, or is cut while it is
     */
    public long forEach(final RecordHandler handler) {
        try (FileWindows windows = new FileWindows(path)) {
            return windows.unlessCut(() -> forEach(windows, handler));
        } catch (final IOException refusal) {
            throw new FileFailedException(path, Content.OLD, "reading records", refusal);
        }
    }

    private long forEach(final FileWindows windows, final RecordHandler handler)
        throws IOException {
        final BytePattern pattern = new BytePattern(separator);
        final long size = windows.sizeBytes();
        long bytes = windowBytes;
        long count = 0;
        long start = 0;
        long searched = 0;
        while (start < size) {
            final MemorySegment window = windows.map(start, bytes);
            final boolean last = start + window.byteSize() == size;
            long begin = 0;
            // What was searched when the window was shorter has no separator.
            long end = pattern.indexIn(window, searched);
            while (end >= 0 || last && begin < window.byteSize()) {
                final long recordEnd = end >= 0 ? end : window.byteSize();
                count++;
                if (!handler.onRecord(
                    window.asSlice(begin, recordEnd - begin), windows.offset() + begin)) {
                    return count;
                }
                begin = end >= 0 ? end + pattern.length() : window.byteSize();
                end = begin < window.byteSize() ? pattern.indexIn(window, begin) : -1;
            }
            if (begin == 0) {
                searched = Math.max(0, window.byteSize() - pattern.length() + 1);
                bytes = Math.multiplyExact(bytes, 2);
            } else {
                searched = 0;
                bytes = windowBytes;
            }
            start += begin;
        }
        return count;
    }
}
