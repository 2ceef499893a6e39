package org.fencepost.ipc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.log.Bell;
import org.fencepost.ipc.log.Log;

/**
 * A publisher or subscriber: used by one thread, closed by any, also while that one waits. A thread that comes
 * while another is inside an operation, or has a claim open, is refused with an {@link IllegalStateException}.
 * Threads that take turns are not; each change costs a fence in all threads of the process.
 *
 * <p>Its lock byte and cursor may not be given up while its thread works on shared memory with them:
 * a publisher's claim would be taken for a dead one's, a subscriber's segment would be used again
 * under its handler. So the thread marks that it is inside, and a closer that finds it there
 * leaves the release to it. The thread pays two ordinary stores; the closer makes all threads pass
 * a fence between its own store and its look, so that one of the two sees the other.
 *
 * <p>Two threads inside at once would compute addresses from each other's words, and such an address may end
 * the JVM. So the thread that comes is compared with the one that came last, and one that takes its place
 * does as a closer does: whoever of the two finds the other is refused.
 */
public abstract sealed class Endpoint implements AutoCloseable permits Publisher, Subscriber {
    private static final VarHandle INSIDE;
    private static final VarHandle USER;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            INSIDE = lookup.findVarHandle(Endpoint.class, "inside", boolean.class);
            USER = lookup.findVarHandle(Endpoint.class, "user", Thread.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Log log;
    private final Runnable barrier;
    private final AtomicBoolean released = new AtomicBoolean();
    /** Stored by its thread alone. */
    boolean inside;
    private volatile boolean closed;
    /** The thread that works with this, or did last. Written by who holds the monitor. */
    private Thread user;
    /** By which its threads come one after the other, or null. Written once, by who holds the monitor. */
    private ConcurrentPublisher sharer;

    /** {@code barrier} makes every thread of this process pass a fence. */
    Endpoint(final Log log, final Runnable barrier) {
        this.log = log;
        this.barrier = barrier;
    }

    /** Whether this or its channel has been closed. */
    public final boolean isClosed() {
        return isMarkedClosed();
    }

    @Override
    public abstract void close();

    /** Rung when what this waits for may be there. */
    abstract Bell bell();

    /** The next fruitless look is the last one for some time. */
    abstract void beThorough();

    /**
     * Whether work may begin; then {@link #exit} follows in any case, and otherwise it does not.
     *
     * @throws IllegalStateException if another thread is inside.
     */
    final boolean enter() {
        final Thread thread = Thread.currentThread();
        if (user != thread) {
            takeOver(thread);
        }
        // Opaque, so that the compiler keeps the store before the loads of user and closed; the processor is
        // ordered by the barrier of who takes over, or closes.
        INSIDE.setOpaque(this, true);
        if ((Thread) USER.getOpaque(this) != thread && !isUserAfterAll()) {
            // Not taken back: it may be the other one's by now.
            throw usedByTwo();
        }
        if (closed) {
            exit();
            return false;
        }
        return true;
    }

    private synchronized void takeOver(final Thread thread) {
        if (sharer != null && !sharer.isHeldByThisThread()) {
            throw new IllegalStateException("this publisher of " + log.path()
                + " is shared: expected to be used through its ConcurrentPublisher, and only so");
        }
        final Thread before = user;
        USER.setOpaque(this, thread);
        if (before != null && before != thread && sharer == null) {
            barrier.run();
        }
        if ((boolean) INSIDE.getAcquire(this) && before != null && before != thread && before.isAlive()) {
            USER.setOpaque(this, before);
            throw usedByTwo();
        }
    }

    /** Whether who was taking this over has found this thread inside, and has given it back: not both are refused. */
    private synchronized boolean isUserAfterAll() {
        return isUser();
    }

    /** Whether this is the thread that came last. */
    final boolean isUser() {
        return user == Thread.currentThread();
    }

    /** From now on this keeps its threads apart: who takes over need not make them pass a fence. */
    final synchronized void sharedBy(final ConcurrentPublisher newSharer) {
        if (sharer != null) {
            throw new IllegalStateException("this publisher of " + log.path()
                + " is shared already: expected one ConcurrentPublisher for it, found a second one;"
                + " give that one to everybody, or add another publisher");
        }
        sharer = newSharer;
    }

    final IllegalStateException usedByTwo() {
        return new IllegalStateException("this " + getClass().getSimpleName().toLowerCase(Locale.ROOT) + " of "
            + log.path() + " is in the hands of thread '" + nameOf(user) + "': expected that one, found '"
            + nameOf(Thread.currentThread()) + "'; give each thread one of its own, "
            + (this instanceof Publisher ? "or share a ConcurrentPublisher" : "of which each receives every message"));
    }

    private static String nameOf(final Thread thread) {
        return thread.getName().isEmpty() ? "#" + thread.threadId() : thread.getName();
    }

    /** Ends work; gives everything up if somebody has closed this meanwhile. */
    final void exit() {
        // Pairs with the closer's acquire: it sees all of this thread's work.
        INSIDE.setRelease(this, false);
        if (closed) {
            releaseOnce();
        }
    }

    /** Marks this closed and gives everything up, now or when its thread leaves. */
    final void closeFromAnyThread() {
        closed = true;
        barrier.run();
        try {
            if (!(boolean) INSIDE.getAcquire(this) || isUserGone()) {
                releaseOnce();
            }
        } finally {
            // A thread that waits finds out.
            bell().ring();
        }
    }

    /**
     * Whether the thread that came last has ended. It may have lost its stack inside, with the way out; that it is not
     * alive any more makes all that it did visible here. A thread that comes behind this finds what was closed.
     */
    private boolean isUserGone() {
        final Thread last = (Thread) USER.getOpaque(this);
        return last != null && !last.isAlive();
    }

    /** Whether another thread than this one came last and may be inside. By who holds the monitor. */
    final boolean isUsedByAnother() {
        return user != null && !isUser() && user.isAlive();
    }

    /**
     * Whether this has been closed since {@link #enter}, which its channel does first when that is closed. One
     * load of a word of this object.
     */
    final boolean isClosing() {
        return closed;
    }

    final boolean isMarkedClosed() {
        return closed || log.isClosed();
    }

    /** Gives up claim, cursor, slot, mappings; once, and only while no thread is inside. */
    abstract void release();

    /**
     * Lets time pass between two attempts of a wait that has begun then; false, at once, when it is over,
     * or the thread was interrupted.
     */
    static boolean idleUntil(
        final IdleStrategy idle, final long startNanos, final long timeoutNanos) {
        final long leftNanos = timeoutNanos - (System.nanoTime() - startNanos);
        if (leftNanos <= 0 || Thread.currentThread().isInterrupted()) {
            return false;
        }
        if (idle instanceof Parking parking) {
            parking.idle(leftNanos);
        } else {
            idle.idle();
        }
        return true;
    }

    static long nanosOf(final Duration timeout) {
        try {
            // Not negative: the most negative ones become long when time that has passed is taken away.
            return Math.max(0, timeout.toNanos());
        } catch (final ArithmeticException tooLong) {
            return timeout.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }

    final RuntimeException closedUse(final String what) {
        return new ChannelClosedException(
            log.path(), "this " + what + " of " + log.path() + " is closed");
    }

    /** Gives back what an error has kept this thread from giving back: it comes from where there was less stack. */
    final void giveBackAfter(final Throwable error) {
        try {
            log.members().unlockWhatWasLeft();
        } catch (final ChannelException again) {
            error.addSuppressed(again);
        }
    }

    /**
     * Whether an error comes of the channel's having been closed meanwhile. One that is about another channel does not,
     * nor what a handler or a user's buffer has thrown.
     */
    final boolean isOfClosed(final Throwable error) {
        return log.isClosed()
            && error instanceof ChannelException own && own.path().startsWith(log.path());
    }

    /** What an error that passed through an operation means to the user. */
    final RuntimeException translated(final Throwable error) {
        if (error instanceof InternalError) {
            return truncated(log.path(), error);
        }
        if (error instanceof RuntimeException exception) {
            return exception;
        }
        return Endpoint.<RuntimeException>passed(error);
    }

    /** Passes on what it is, also what a method in Java would declare: other languages throw that from anywhere. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException passed(final Throwable error) throws E {
        throw (E) error;
    }

    static ChannelDamagedException truncated(final Path path, final Throwable error) {
        return truncated(Set.of(path), error);
    }

    /** Of one of these channels; which one the error does not say. */
    static ChannelDamagedException truncated(final Set<Path> paths, final Throwable error) {
        final StringBuilder names = new StringBuilder();
        for (final Path path : paths) {
            names.append(names.isEmpty() ? "" : " or ").append(path);
        }
        return new ChannelDamagedException(paths.iterator().next(),
            "a page of " + names + " is missing: a file was truncated while it was mapped, or its disk"
                + " failed, or is full and the page was shared with a copy; expected its full size,"
                + " blocks of its own and a disk that can be read; restore that and open the channel"
                + " again", error);
    }

    private void releaseOnce() {
        if (released.compareAndSet(false, true)) {
            try {
                release();
            } catch (final InternalError error) {
                throw translated(error);
            }
        }
    }
}
