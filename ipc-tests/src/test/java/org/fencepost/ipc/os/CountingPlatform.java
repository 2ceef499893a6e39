package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * The platform of this process, with a call of {@code step} before every access to shared memory
 * and before every system call that another process can notice: locks, mappings, changes of files.
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
        return new ForwardingWindow(platform.reserve(slotBytes, slots)) {
            @Override
            public void map(
                final int slot, final Path file, final long fileOffset, final boolean writable,
                final boolean prefault) throws IOException {
                step.run();
                super.map(slot, realPath.apply(file), fileOffset, writable, prefault);
            }

            @Override
            public void close() {
                step.run();
                super.close();
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
        return (FileCalls) counting(FileCalls.class, platform.files());
    }

    /** The same, and what it returns to change files with, with a step before each method. */
    private Object counting(final Class<?> type, final Object real) {
        return Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                step.run();
                final Object[] realArguments = arguments == null ? new Object[0] : arguments.clone();
                for (int i = 0; i < realArguments.length; i++) {
                    if (realArguments[i] instanceof Path path) {
                        realArguments[i] = realPath.apply(path);
                    }
                }
                try {
                    final Object result = method.invoke(real, realArguments);
                    return result instanceof FileHandle ? counting(FileHandle.class, result) : result;
                } catch (final InvocationTargetException failure) {
                    throw failure.getCause();
                }
            });
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
    public int sync(final long address, final long lengthBytes) {
        step.run();
        return platform.sync(address, lengthBytes);
    }

    @Override
    public String name() {
        return "counting " + platform.name();
    }
}
