package org.fencepost.ipc.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The lines of a file, or other records that end with a separator, each where the kernel has it,
 * without a copy. File and records may have any size: the heap holds nothing of them, and a window
 * of the file is mapped, which grows to the length of a record that is longer. Immutable; any
 * thread may call.
 */
public final class FileRecords {
    private static final byte[] NEWLINE = {'\n'};

    private final Path path;
    private final BytePattern separator;
    private final Optional<BytePattern> wanted;
    private final long windowBytes;

    private FileRecords(
        final Path path, final BytePattern separator, final Optional<BytePattern> wanted,
        final long windowBytes) {
        this.path = Objects.requireNonNull(path, "path");
        this.separator = separator;
        this.wanted = wanted;
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
        return new FileRecords(path, new BytePattern(separator), Optional.empty(),
            FileSearch.WINDOW_BYTES_DEFAULT);
    }

    /**
     * Only those of the records that contain these bytes.
     *
     * @throws IllegalArgumentException if there are none
     */
    public FileRecords containing(final byte[] bytes) {
        return new FileRecords(path, separator, Optional.of(new BytePattern(bytes)), windowBytes);
    }

    /** The same with at most so much mapped at once, if no record is longer. */
    public FileRecords windowBytes(final long bytes) {
        if (bytes < FileSearch.WINDOW_BYTES_MIN) {
            throw new IllegalArgumentException("window: expected at least "
                + FileSearch.WINDOW_BYTES_MIN + " bytes, found " + bytes);
        }
        return new FileRecords(path, separator, wanted, bytes);
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
            throw new FileFailedException(path, "reading records", refusal);
        }
    }

    private long forEach(final FileWindows windows, final RecordHandler handler)
        throws IOException {
        final long size = windows.sizeBytes();
        long bytes = windowBytes;
        long count = 0;
        long start = 0;
        long searched = 0;
        while (start < size) {
            final MemorySegment window = windows.map(start, bytes);
            final boolean last = start + window.byteSize() == size;
            final Filter filter = new Filter(window, separator, wanted);
            long begin = filter.skip(0);
            // What was searched when the window was shorter has no separator.
            long end = separator.indexIn(window, Math.max(begin, searched));
            while (end >= 0 || last && begin < window.byteSize()) {
                final long recordEnd = end >= 0 ? end : window.byteSize();
                if (filter.passes(begin, recordEnd)) {
                    count++;
                    if (!handler.onRecord(
                        window.asSlice(begin, recordEnd - begin), windows.offset() + begin)) {
                        return count;
                    }
                }
                begin = filter.skip(end >= 0 ? end + separator.length() : window.byteSize());
                end = begin < window.byteSize() ? separator.indexIn(window, begin) : -1;
            }
            if (begin == 0) {
                searched = Math.max(0, window.byteSize() - separator.length() + 1);
                bytes = Math.multiplyExact(bytes, 2);
            } else {
                searched = 0;
                bytes = windowBytes;
            }
            start += begin;
        }
        return count;
    }

    /** Finds the records of a window that contain what is wanted, in one search over all of them. */
    private static final class Filter {
        private static final long NOT_SEARCHED = -1;

        private final MemorySegment window;
        private final BytePattern separator;
        private final Optional<BytePattern> wanted;
        /** The first place of what is wanted, of those that were not passed. */
        private long place = NOT_SEARCHED;

        Filter(
            final MemorySegment window, final BytePattern separator,
            final Optional<BytePattern> wanted) {
            this.window = window;
            this.separator = separator;
            this.wanted = wanted;
        }

        /** Passes over records that do not contain it, if they can be told apart from behind. */
        long skip(final long begin) {
            if (wanted.isEmpty() || separator.length() > 1) {
                return begin;
            }
            search(begin);
            final long limit = Math.min(place, window.byteSize());
            return Math.max(begin, separator.lastIndexIn(window, begin, limit) + 1);
        }

        /** Whether to show the record that begins and ends here; to be asked in order. */
        boolean passes(final long begin, final long end) {
            if (wanted.isEmpty()) {
                return true;
            }
            search(begin);
            return place <= end - wanted.get().length();
        }

        private void search(final long begin) {
            if (place < begin) {
                final long found = wanted.get().indexIn(window, begin);
                place = found < 0 ? Long.MAX_VALUE : found;
            }
        }
    }
}
