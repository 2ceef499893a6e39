package org.fencepost.ipc.os;

import java.io.IOException;
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
