package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.fencepost.ipc.memory.SharedMemory;

/** A platform, that of this process or another, with other calls by which files change, or an action before it maps. */
public class PlatformWithCalls extends Platform {
    private final Platform platform;
    private final FileCalls calls;
    private final Runnable beforeReserving;

    /** With what an operator makes of its own calls. */
    public PlatformWithCalls(final UnaryOperator<FileCalls> around) {
        this(Platform.detect(), around);
    }

    /** The same of another platform. */
    public PlatformWithCalls(final Platform platform, final UnaryOperator<FileCalls> around) {
        this.platform = platform;
        this.calls = around.apply(platform.files());
        this.beforeReserving = () -> { };
    }

    /** With its own, and an action before addresses are reserved, which is before files are mapped. */
    public PlatformWithCalls(final Runnable beforeReserving) {
        this.platform = Platform.detect();
        this.calls = platform.files();
        this.beforeReserving = beforeReserving;
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
        beforeReserving.run();
        return platform.reserve(slotBytes, slots);
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
        return calls;
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        return platform.sync(address, lengthBytes);
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
    public void barrier() {
        platform.barrier();
    }

    @Override
    public String name() {
        return platform.name() + " with other calls";
    }
}
