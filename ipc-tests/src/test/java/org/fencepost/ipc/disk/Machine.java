package org.fencepost.ipc.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.OpenPlatform;
import org.fencepost.ipc.os.Sleeping;
import org.fencepost.ipc.os.Window;

/**
 * A machine that was started with a {@link Disk}: everything that runs on this platform, one
 * thread. Each handle of a channel is a process of its own.
 */
public final class Machine extends OpenPlatform {
    /** One thread: nobody else changes anything while it sleeps. */
    private static final Sleeping AWAKE = new Sleeping() {
        @Override
        public boolean canWake() {
            return false;
        }

        @Override
        public Sleep on(final long... addresses) {
            return (expected, timeoutNanos) -> true;
        }

        @Override
        public void wake(final long address) {
            // Nobody sleeps.
        }
    };

    private final Disk disk;
    private final LivenessScheme scheme;
    private final DiskFiles files;
    private final DiskMemory memory;
    private final FileCalls calls;
    private final Map<Inode, DiskLocks> locks = new HashMap<>();

    /** With this disk. */
    public Machine(final Disk disk) {
        this(disk, LivenessScheme.OFD);
    }

    /** The same, with the files that the channels of a scheme have. */
    public Machine(final Disk disk, final LivenessScheme scheme) {
        this.disk = disk;
        this.scheme = scheme;
        this.files = new DiskFiles(disk);
        this.memory = new DiskMemory(disk);
        this.calls = new DiskCalls(disk);
    }

    /** Its disk. */
    public Disk disk() {
        return disk;
    }

    /** A path of its file system. */
    public Path path(final String absolute) {
        return files.getPath(absolute);
    }

    @Override
    public SharedMemory memory() {
        return memory;
    }

    @Override
    public LivenessScheme scheme() {
        return scheme;
    }

    @Override
    public Window reserve(final long slotBytes, final int slots) throws IOException {
        disk.enter("mmap", "addresses");
        return new Mappings(slotBytes, slots);
    }

    @Override
    public LockFile openLockFile(final Path file) throws IOException {
        disk.enter("open for locks", file);
        final Inode inode = disk.requireFile(file.toString());
        return locks.computeIfAbsent(inode, any -> new DiskLocks(disk, inode))
            .open(file.toString());
    }

    @Override
    public LockFile openLockFileForReading(final Path file) throws IOException {
        return openLockFile(file);
    }

    @Override
    public FileCalls files() {
        return calls;
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        final DiskMemory.Slot slot = memory.slot(address);
        final int refused = disk.errno("msync");
        if (refused != 0) {
            return refused;
        }
        final int first = DiskMemory.offset(address) / Page.BYTES;
        final int end =
            (int) ((DiskMemory.offset(address) + lengthBytes + Page.BYTES - 1) / Page.BYTES);
        return disk.sync(slot.file, slot.reporter, slot.firstPage + first, end - first,
            true);
    }

    @Override
    public boolean canSync() {
        return true;
    }

    @Override
    public void barrier() {
        // One thread.
    }

    @Override
    public Sleeping sleeping() {
        return AWAKE;
    }

    @Override
    public UUID bootId() {
        return disk.bootId();
    }

    @Override
    public String name() {
        return "in memory";
    }

    private final class Mappings implements Window {
        private final long slotBytes;
        private final int first;
        private final int count;
        private boolean closed;

        Mappings(final long slotBytes, final int count) {
            this.slotBytes = slotBytes;
            this.first = memory.reserve(count);
            this.count = count;
            clear();
        }

        private int pages() {
            return (int) (slotBytes / Page.BYTES);
        }

        /** Memory that is nobody else's. */
        private void clear() {
            for (int slot = 0; slot < count; slot++) {
                clear(slot);
            }
        }

        private void clear(final int slot) {
            final Inode nobodys = Inode.file(0);
            nobodys.grow(slotBytes, false);
            memory.map(first + slot, new DiskMemory.Slot(nobodys, 0, pages()));
        }

        @Override
        public long address(final int slot) {
            return DiskMemory.address(first + slot);
        }

        @Override
        public void map(
            final int slot, final Path path, final long fileOffset, final boolean writable,
            final boolean prefault) throws IOException {
            disk.enter("mmap", path);
            final Inode file = disk.requireFile(path.toString());
            if (closed || file.size() - slotBytes < fileOffset) {
                throw new FileSystemException(path.toString(), null,
                    closed ? "the window is closed" : "the file is too short: " + file.size());
            }
            memory.map(first + slot,
                new DiskMemory.Slot(file, (int) (fileOffset / Page.BYTES), pages()));
        }

        @Override
        public void hold(final int slot, final ByteBuffer content) throws IOException {
            if (closed) {
                throw new FileSystemException("private memory", null, "the window is closed");
            }
            clear(slot);
            final MemorySegment source = MemorySegment.ofBuffer(content);
            memory.copyFrom(address(slot), source, 0, source.byteSize());
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                clear();
            }
        }
    }
}
