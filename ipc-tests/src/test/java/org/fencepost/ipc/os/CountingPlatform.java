package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * The platform of this process, with a call of {@code step} before every access to shared memory
 * and before every system call that another process can notice: locks, mappings, allocations.
 */
public final class CountingPlatform extends ForwardingPlatform {
    private final Runnable step;
    private final UnaryOperator<Path> realPath;
    private final SharedMemory memory;

    /** Counts with {@code step}; {@code realPath} gives the path that the system knows. */
    public CountingPlatform(final Runnable step, final UnaryOperator<Path> realPath) {
        super(Platform.detect());
        this.step = step;
        this.realPath = realPath;
        this.memory = new CountingMemory(platform.memory(), step);
    }

    @Override
    public SharedMemory memory() {
        return memory;
    }

    @Override
    public Window reserve(final long slotBytes, final int slots) throws IOException {
        final Window window = platform.reserve(slotBytes, slots);
        return new Window() {
            @Override
            public long address(final int slot) {
                return window.address(slot);
            }

            @Override
            public void map(
                final int slot, final Path file, final long fileOffset, final boolean writable,
                final boolean prefault) throws IOException {
                step.run();
                window.map(slot, realPath.apply(file), fileOffset, writable, prefault);
            }

            @Override
            public void close() {
                step.run();
                window.close();
            }
        };
    }

    @Override
    public LockFile openLockFile(final Path file) throws IOException {
        step.run();
        return counting(platform.openLockFile(realPath.apply(file)));
    }

    @Override
    public LockFile openLockFileForReading(final Path file) throws IOException {
        step.run();
        return counting(platform.openLockFileForReading(realPath.apply(file)));
    }

    @Override
    public FileCalls files() {
        return new CountingCalls(platform.files(), step, realPath);
    }

    private LockFile counting(final LockFile locks) {
        return new LockFile() {
            @Override
            public boolean tryLock(final long byteIndex) throws IOException {
                step.run();
                return locks.tryLock(byteIndex);
            }

            @Override
            public boolean tryLockShared(final long byteIndex) throws IOException {
                step.run();
                return locks.tryLockShared(byteIndex);
            }

            @Override
            public void unlock(final long byteIndex) throws IOException {
                step.run();
                locks.unlock(byteIndex);
            }

            @Override
            public boolean isLockedByOther(final long firstByte, final long count)
                throws IOException {
                step.run();
                return locks.isLockedByOther(firstByte, count);
            }

            @Override
            public boolean isSameFile(final Path path) throws IOException {
                step.run();
                return locks.isSameFile(realPath.apply(path));
            }

            @Override
            public void close() {
                step.run();
                locks.close();
            }
        };
    }

    @Override
    public void allocate(final Path file, final long bytes) throws IOException {
        step.run();
        platform.allocate(realPath.apply(file), bytes);
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        step.run();
        return platform.sync(address, lengthBytes);
    }

    @Override
    public String name() {
        return "counting " + platform.name();
    }
}
