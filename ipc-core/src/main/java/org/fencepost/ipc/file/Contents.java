package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;

/** Whole contents in memory. */
final class Contents {
    private Contents() {
    }

    /** Refuses a content that could not be read any more. */
    static void requireSize(final Path file, final long bytes) throws IOException {
        if (bytes > GuardedFile.BYTES_MAX) {
            throw new FileSystemException(file.toString(), null,
                "expected at most " + GuardedFile.BYTES_MAX + " bytes, found " + bytes
                    + "; AtomicWriter, FileSearch and FileRecords take more");
        }
    }

    /** What a file holds; empty if there is none. */
    static Optional<byte[]> read(final FileCalls calls, final Path file) throws IOException {
        try (FileHandle handle = calls.open(file, false)) {
            final long size = handle.status().sizeBytes();
            requireSize(file, size);
            final ByteBuffer content = ByteBuffer.allocate((int) size);
            int read = 0;
            while (content.hasRemaining() && read >= 0) {
                read = handle.read(content, content.position());
            }
            return Optional.of(Arrays.copyOf(content.array(), content.position()));
        } catch (final NoSuchFileException missing) {
            return Optional.empty();
        }
    }
}
