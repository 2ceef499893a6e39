package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.fencepost.ipc.memory.SharedMemory;

/** What can be had of the JDK alone, on every system. */
final class PortablePlatform extends Platform {
    private final PortableMemory memory = new PortableMemory();
    private final PortableFiles files = new PortableFiles();
    private final FileCalls fileCalls = new PortableFileCalls();
    private final Sleeping sleeping = new PortableSleeping();

    @Override
    public SharedMemory memory() {
        return memory;
    }

    @Override
    public LivenessScheme scheme() {
        return LivenessScheme.PORTABLE;
    }

    @Override
    public Window reserve(final long slotBytes, final int slots) throws IOException {
        checkGeometry(slotBytes, slots);
        return new PortableWindow(memory, files, slotBytes, slots);
    }

    @Override
    public LockFile openLockFile(final Path file) throws IOException {
        return new PortableLockFile(files, file, true);
    }

    @Override
    public LockFile openLockFileForReading(final Path file) throws IOException {
        return new PortableLockFile(files, file, false);
    }

    @Override
    public FileCalls files() {
        return fileCalls;
    }

    @Override
    public void allocate(final Path file, final long bytes) throws IOException {
        checkAllocation(bytes);
        // Outside of the action, which is repeated after an interruption and then finds the file
        // longer than it was.
        final long[] sizeBefore = {-1};
        files.use(file, true, channel -> {
            if (sizeBefore[0] < 0) {
                sizeBefore[0] = channel.size();
            }
            try {
                writeZeros(channel, sizeBefore[0], bytes);
            } catch (final ClosedByInterruptException interruption) {
                throw interruption;
            } catch (final IOException refusal) {
                throw cutBack(file, channel, sizeBefore[0], bytes, refusal);
            }
            return null;
        });
    }

    /** Page by page: blocks of a file that was written in larger pieces are synced in such, too. */
    static void writeZeros(final FileChannel channel, final long from, final long to)
        throws IOException {
        final ByteBuffer page = ByteBuffer.allocateDirect((int) PAGE_BYTES);
        for (long position = from; position < to; ) {
            page.clear().limit((int) Math.min(
                to - position, PAGE_BYTES - position % PAGE_BYTES));
            position += channel.write(page, position);
        }
    }

    private static IOException cutBack(
        final Path file, final FileChannel channel, final long sizeBefore, final long bytes,
        final IOException cause) {
        final FileSystemException refusal = new FileSystemException(file.toString(), null,
            "write of zeros up to " + bytes + " bytes failed: " + cause.getMessage());
        refusal.initCause(cause);
        try {
            channel.truncate(sizeBefore);
        } catch (final IOException second) {
            refusal.addSuppressed(second);
        }
        return refusal;
    }

    @Override
    public void barrier() {
        handshake();
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        return memory.sync(address, lengthBytes);
    }

    /** The JDK asks the system to sync a mapping; what that means was looked up for Linux only. */
    @Override
    public boolean canSync() {
        return Machine.isLinux();
    }

    @Override
    public Sleeping sleeping() {
        return sleeping;
    }

    @Override
    public String name() {
        return "portable";
    }
}
