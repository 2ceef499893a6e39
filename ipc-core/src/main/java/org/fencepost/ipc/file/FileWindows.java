package org.fencepost.ipc.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.fencepost.ipc.os.Undisturbed;

/**
 * A file that is mapped for reading, one window at a time; the window before is unmapped. The same
 * file throughout, also if another takes its name meanwhile. For one thread.
 */
final class FileWindows implements AutoCloseable {
    private final Path file;
    private final Object key;
    private final long sizeBytes;
    private FileChannel channel;
    private Arena arena = Arena.ofConfined();
    private long offset;

    FileWindows(final Path file) throws IOException {
        this.file = file;
        final BasicFileAttributes attributes =
            Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(file.toString(), null,
                "expected a regular file, found " + (attributes.isDirectory()
                    ? "a directory" : "a special file"));
        }
        key = attributes.fileKey();
        channel = open();
        boolean done = false;
        try {
            sizeBytes = undisturbed(() -> channel.size());
            if (sizeBytes == 0) {
                requireEmpty();
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /** Some files of the kernel say that they are empty, and are not. */
    private void requireEmpty() throws IOException {
        final int read = undisturbed(() -> channel.read(ByteBuffer.allocate(1), 0));
        if (read > 0 && undisturbed(() -> channel.size()) == 0) {
            throw new FileSystemException(file.toString(), null, "expected a file that can be "
                + "mapped, found one that has content and a size of 0; copy it");
        }
    }

    /** An interruption that closes the channel is put aside, and the same file opened again. */
    private <T> T undisturbed(final Undisturbed.Call<T> call) throws IOException {
        return Undisturbed.by(() -> {
            try {
                return call.make();
            } catch (final ClosedByInterruptException interruption) {
                Thread.interrupted();
                channel = open();
                throw interruption;
            }
        });
    }

    private FileChannel open() throws IOException {
        final FileChannel opened = FileChannel.open(file, StandardOpenOption.READ);
        boolean done = false;
        try {
            final Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            if (key != null && !key.equals(now)) {
                throw new FileSystemException(
                    file.toString(), null, "was replaced while it was opened; open it again");
            }
            done = true;
            return opened;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    /** Its size when it was opened. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** Maps from a position on, at most so many bytes; fewer at the end of the file. */
    MemorySegment map(final long position, final long bytesMax) throws IOException {
        final long length = Math.min(bytesMax, sizeBytes - position);
        final Arena next = Arena.ofConfined();
        try {
            final MemorySegment window = undisturbed(() ->
                channel.map(MapMode.READ_ONLY, position, length, next));
            arena.close();
            arena = next;
            offset = position;
            return window;
        } catch (final IOException | RuntimeException | Error refusal) {
            next.close();
            throw refusal;
        }
    }

    /** Where the window begins. */
    long offset() {
        return offset;
    }

    /** Does something with windows; what failed because the file was cut says so. */
    <T> T unlessCut(final Undisturbed.Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (final IOException | InternalError refusal) {
            final long now = undisturbed(() -> channel.size());
            if (now >= sizeBytes && refusal instanceof IOException) {
                throw refusal;
            }
            final FileSystemException cut = new FileSystemException(file.toString(), null,
                "expected " + sizeBytes + " bytes, found " + (now < sizeBytes
                    ? "that it was cut to " + now + " while it was read"
                    : "some that could not be read: it was cut and has grown again, or its disk fails; read it again"));
            cut.initCause(refusal);
            throw cut;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException nothingWritten) {
            // A descriptor for reading has nothing that could be lost.
            return;
        } finally {
            arena.close();
        }
    }
}
