package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.fencepost.ipc.memory.SharedMemory;

/** A platform that leaves everything to another one, for those that change a part of it. */
abstract class ForwardingPlatform extends Platform {
    final Platform platform;

    ForwardingPlatform(final Platform platform) {
        this.platform = platform;
    }

    @Override
    public SharedMemory memory() {
        return platform.memory();
    }

    @Override
    public LivenessScheme scheme() {
        return platform.scheme();
    }

    @Override
    public Window reserve(final long slotBytes, final int slots) throws IOException {
        return platform.reserve(slotBytes, slots);
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        return platform.sync(address, lengthBytes);
    }

    @Override
    public LockFile openLockFile(final Path file) throws IOException {
        return platform.openLockFile(file);
    }

    @Override
    public LockFile openLockFileForReading(final Path file) throws IOException {
        return platform.openLockFileForReading(file);
    }

    @Override
    public FileCalls files() {
        return platform.files();
    }

    @Override
    public void barrier() {
        platform.barrier();
    }

    @Override
    public boolean canSync() {
        return platform.canSync();
    }

    @Override
    public Sleeping sleeping() {
        return platform.sleeping();
    }

    @Override
    public UUID bootId() throws IOException {
        return platform.bootId();
    }
}
