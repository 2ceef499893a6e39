package org.fencepost.ipc;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.os.Platform;
import org.slf4j.LoggerFactory;

/**
 * The thread of this process that does housekeeping for all its channels: a daemon, which is there
 * while there is any channel that wants it. One for the process, because there is often no core to
 * spare for it: it sleeps until the first channel has said that there may be something to do again.
 *
 * <p>What it does for a channel anybody else may do, in any process; if it does not, others are
 * later by as much. Any thread may call.
 */
class Housekeeper implements Runnable {
    /** Name of the thread. */
    static final String THREAD_NAME = "fencepost-housekeeping";

    private static final Path NOWHERE = Path.of("");
    private static final Housekeeper OF_PROCESS = new Housekeeper();

    private final List<Housekeeping> channels = new CopyOnWriteArrayList<>();
    /** Guarded by this; null while there is none. */
    private Thread thread;
    /** The channel in which room is being made. */
    private volatile Path makingRoomIn = NOWHERE;
    /** Units begun and units ended, by its thread: odd while one is done. */
    private volatile long units;

    Housekeeper() {
    }

    /** The one of this process. */
    static Housekeeper ofProcess() {
        return OF_PROCESS;
    }

    /**
     * From now on works for this channel, too.
     *
     * @throws OutOfMemoryError if the system gives this process no thread more: then nothing has changed.
     */
    synchronized void add(final Housekeeping channel) {
        if (thread == null) {
            final Thread starting = newThread();
            starting.setDaemon(true);
            // Not that of who came first, whom this thread may outlive: it could not be unloaded.
            starting.setContextClassLoader(Housekeeper.class.getClassLoader());
            // It waits for this lock before it looks at anything.
            starting.start();
            thread = starting;
        }
        if (!channels.contains(channel)) {
            channels.add(channel);
        }
        LockSupport.unpark(thread);
    }

    /** A thread for this, which is not started. */
    Thread newThread() {
        return new Thread(this, THREAD_NAME);
    }

    /**
     * A number that is odd while it makes room in this channel, perhaps for another handle, and another one behind
     * that; it may change for other reasons, too.
     */
    long unitsIn(final Path channel) {
        final long now = units;
        return (now & 1) != 0 && !makingRoomIn.equals(channel) ? now - 1 : now;
    }

    /** Makes room, by its thread. */
    void makeRoom(final Path channel, final Runnable unit) {
        makingRoomIn = channel;
        final long before = units;
        units = before + 1;
        try {
            unit.run();
        } finally {
            units = before + 2;
            makingRoomIn = NOWHERE;
        }
    }

    /** Begins nothing more for it. */
    synchronized void remove(final Housekeeping channel) {
        channels.remove(channel);
        if (channels.isEmpty()) {
            // It ends by itself, unless another channel comes before it does: there are never two.
            LockSupport.unpark(thread);
        }
    }

    /** Whether it works for this channel. */
    boolean has(final Housekeeping channel) {
        return channels.contains(channel);
    }

    private synchronized boolean isOver() {
        if (channels.isEmpty()) {
            thread = null;
        }
        return thread == null;
    }

    /** What its thread does, as long as there is a channel. */
    @Override
    public void run() {
        boolean first = true;
        while (!isOver()) {
            long nanos = Housekeeping.PAUSE_NANOS_MAX;
            for (final Housekeeping channel : channels) {
                nanos = Math.min(nanos, round(channel));
            }
            if (first) {
                haveBarrier();
                first = false;
            }
            LockSupport.parkNanos(this, nanos);
            // Who interrupts all threads of a group does not end this one, and interrupted it would not sleep again.
            Thread.interrupted();
        }
    }

    /** The first one of a process takes long: not when somebody closes a channel, who needs one. */
    private static void haveBarrier() {
        try {
            Platform.detect().barrier();
        } catch (final RuntimeException | Error e) {
            // Memory has run out: whoever closes has the first one.
            return;
        }
    }

    private static long round(final Housekeeping channel) {
        try {
            return channel.round();
        } catch (final RuntimeException | Error e) {
            // What is wrong shows to whoever uses the channel, too, and there it is handled. Also when memory has
            // run out: this thread would be missing for all channels and for good.
            tell(channel, e);
            return Housekeeping.PAUSE_NANOS_MAX;
        }
    }

    private static void tell(final Housekeeping channel, final Throwable error) {
        try {
            if (channel.isNewsworthy(error)) {
                LoggerFactory.getLogger(Housekeeper.class).warn(
                    "housekeeping goes on without: {}", error.getMessage());
            }
        } catch (final RuntimeException | Error untold) {
            // Memory has run out again, or the logger has its own trouble: neither is to end this thread.
            return;
        }
    }
}
