package org.fencepost.ipc.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongPredicate;

/**
 * Searches a file of any size for bytes, where the kernel has them, without a copy. The file is
 * mapped in windows that overlap, so matches that cross their borders are found. What is searched
 * is the file that had the name when it was opened, and its size then; if it is cut meanwhile, that
 * is an exception. Immutable; any thread may call.
 */
public final class FileSearch {
    /** Unless the search says otherwise: 256 MiB. */
    public static final long WINDOW_BYTES_DEFAULT = 1L << 28;
    static final long WINDOW_BYTES_MIN = 4096;

    private final Path path;
    private final long windowBytes;

    private FileSearch(final Path path, final long windowBytes) {
        this.path = Objects.requireNonNull(path, "path");
        this.windowBytes = windowBytes;
    }

    /** In the file at a path. */
    public static FileSearch of(final Path path) {
        return new FileSearch(path, WINDOW_BYTES_DEFAULT);
    }

    /**
     * The same with at most so much mapped at once, and at least twice the pattern's length.
     *
     * @throws IllegalArgumentException if less than a page of 4096 bytes
     */
    public FileSearch windowBytes(final long bytes) {
        if (bytes < WINDOW_BYTES_MIN) {
            throw new IllegalArgumentException(
                "window: expected at least " + WINDOW_BYTES_MIN + " bytes, found " + bytes);
        }
        return new FileSearch(path, bytes);
    }

    /**
     * Where the bytes are first, from a position on; -1 if they are not.
     *
     * @throws FileFailedException if the file cannot be read
     */
    public long indexOf(final byte[] bytes, final long from) {
        final long[] found = {-1};
        forEach(bytes, from, position -> {
            found[0] = position;
            return false;
        });
        return found[0];
    }

    /**
     * How often they are there without overlapping, as {@link #forEach} finds them.
     *
     * @throws FileFailedException if the file cannot be read
     */
    public long count(final byte[] bytes) {
        return forEach(bytes, 0, position -> true);
    }

    /**
     * Shows every place, in order; the next one is looked for behind the end of the last.
     *
     * @param from   where to begin
     * @param action says whether to go on
     * @return how many places were shown
     * @throws FileFailedException      if the file cannot be read
     * @throws IllegalArgumentException if there are no bytes to look for, or the position is
     *                                  negative
     */
    public long forEach(final byte[] bytes, final long from, final LongPredicate action) {
        final BytePattern pattern = new BytePattern(bytes);
        if (from < 0) {
            throw new IllegalArgumentException("from: expected 0 or more, found " + from);
        }
        try (FileWindows windows = new FileWindows(path)) {
            return windows.unlessCut(() -> search(windows, pattern, from, action));
        } catch (final IOException refusal) {
            throw new FileFailedException(path, "searching", refusal);
        }
    }

    private long search(
        final FileWindows windows, final BytePattern pattern, final long from,
        final LongPredicate action) throws IOException {
        final long bytes = Math.max(windowBytes, 2L * pattern.length());
        final long size = windows.sizeBytes();
        long count = 0;
        long position = from;
        while (position <= size - pattern.length()) {
            final MemorySegment window = windows.map(position, bytes);
            long index = pattern.indexIn(window, 0);
            while (index >= 0) {
                count++;
                if (!action.test(windows.offset() + index)) {
                    return count;
                }
                position = windows.offset() + index + pattern.length();
                index = pattern.indexIn(window, index + pattern.length());
            }
            // The next one may begin where the pattern does not fit before the window's end.
            position = Math.max(
                position, windows.offset() + window.byteSize() - pattern.length() + 1);
        }
        return count;
    }
}
