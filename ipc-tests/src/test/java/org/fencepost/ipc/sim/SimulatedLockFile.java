package org.fencepost.ipc.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.os.LockFile;

/**
 * An open file description whose locks end with its simulated process. As with the kernel's, a
 * query on it does not see its own locks.
 */
final class SimulatedLockFile implements LockFile {
    private final Simulation simulation;
    private final KernelLocks locks;
    private final SimulatedProcess process;

    /** Opens the file in a process. */
    SimulatedLockFile(
        final Simulation simulation, final KernelLocks locks, final SimulatedProcess process) {
        this.simulation = simulation;
        this.locks = locks;
        this.process = process;
        if (!process.locks.contains(locks)) {
            process.locks.add(locks);
        }
    }

    @Override
    public boolean tryLock(final long byteIndex) throws IOException {
        return granted(locks.tryLock(this, process, byteIndex, false));
    }

    @Override
    public boolean tryLockShared(final long byteIndex) throws IOException {
        return granted(locks.tryLock(this, process, byteIndex, true));
    }

    @Override
    public void unlock(final long byteIndex) throws IOException {
        locks.unlock(this, byteIndex);
    }

    @Override
    public boolean isLockedByOther(final long firstByte, final long count)
        throws IOException {
        return locks.isLockedByOther(this, firstByte, count);
    }

    @Override
    public boolean isSameFile(final Path file) {
        return true;
    }

    @Override
    public void close() {
        locks.close(this);
    }

    /**
     * Who is refused may try again at once and for ever; others have to run for that to help.
     * Parking in between would stop all of them, since they share one carrier: the permit lets it
     * pass.
     */
    private boolean granted(final boolean granted) {
        if (!granted) {
            LockSupport.unpark(Thread.currentThread());
            simulation.idle();
        }
        return granted;
    }
}
