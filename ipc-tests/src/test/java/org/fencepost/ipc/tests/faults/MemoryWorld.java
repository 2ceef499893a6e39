package org.fencepost.ipc.tests.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.os.Platform;

/** A machine in memory, where the call with a certain number fails. */
final class MemoryWorld implements FailingRun.World, Disk.Watcher {
    /** Calls that a signal may interrupt; the platform repeats all others itself. */
    private static final Set<String> INTERRUPTIBLE = Set.of("create", "open", "statx", "rename",
        "link", "unlink", "mkdir", "fsync of the directory", "write", "read", "fsync", "fstat",
        "msync");
    private static final String DIRECTORY = "/data";

    private final int failing;
    private final Fault fault;
    private Disk disk;
    private Machine machine;
    private int calls;
    private String failed = "";

    MemoryWorld(final int failing, final Fault fault) {
        this.failing = failing;
        this.fault = fault;
        start(new Disk(true, this, DIRECTORY));
    }

    private void start(final Disk its) {
        disk = its;
        machine = new Machine(disk);
    }

    int calls() {
        return calls;
    }

    @Override
    public int errno(final String call, final String path) {
        if (calls++ != failing || fault == Fault.EINTR && !INTERRUPTIBLE.contains(call)) {
            return 0;
        }
        failed = call + " of " + path;
        return fault.number;
    }

    @Override
    public Platform platform() {
        return machine;
    }

    @Override
    public Path path() {
        return machine.path(DIRECTORY + "/journal");
    }

    @Override
    public boolean hasFailed() {
        return !failed.isEmpty();
    }

    @Override
    public String failed() {
        return failed;
    }

    @Override
    public List<String> open() {
        return disk.open();
    }

    @Override
    public List<String> names() {
        return disk.names(DIRECTORY);
    }

    @Override
    public void crash(final Runnable close) {
        final Crash crash = new Crash(disk);
        close.run();
        start(crash.image(-1, true, this));
    }
}
