package org.fencepost.ipc;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;

/**
 * A publisher that any number of threads may share, for loggers and virtual threads.
 *
 * <p>It guards one {@link Publisher} with a lock that is held for the copy of one message; a virtual
 * thread that waits for it does not pin its carrier. Where each thread can have its own publisher,
 * that is faster. Results are those of {@link Publisher#offer(int, DirectBuffer, int, int)}; a thread that waits for
 * room does so by an idle strategy of its own, and may take {@link Parking#on} the publisher.
 *
 * <p>Who holds the lock is a word. It is given back by a store, and not by a call, for which a thread whose stack
 * has ended has no room: a logger that logs, and so on, leaves others their way. Nobody is woken, so who waits
 * looks again by itself: at once for as long as an offer takes, then each 50 us.
 */
public final class ConcurrentPublisher implements AutoCloseable {
    private static final VarHandle HOLDER;
    /** As long as an offer takes; longer, and the lines of the lock and the log go to and fro between cores. */
    private static final int SPINS = 20;
    private static final long PARK_NANOS = 50_000;

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(ConcurrentPublisher.class, "holder", Thread.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Publisher publisher;
    /** The thread that has the lock, or null. */
    private volatile Thread holder;

    /**
     * Shares {@code publisher}, which must not be used directly any more; closing this closes it.
     *
     * @throws IllegalStateException if another one shares it.
     */
    public ConcurrentPublisher(final Publisher publisher) {
        this.publisher = publisher;
        publisher.sharedBy(this);
    }

    /** As {@link Publisher#offer(int, DirectBuffer, int, int)}, from any thread. */
    public long offer(
        final int typeId, final DirectBuffer buffer, final int offset, final int length) {
        final boolean outermost = lock();
        try {
            return publisher.offer(typeId, buffer, offset, length);
        } catch (final VirtualMachineError error) {
            // Its stack may have ended: it is not inside any more.
            publisher.inside = false;
            throw error;
        } finally {
            if (outermost) {
                holder = null;
            }
        }
    }

    /** As {@link Publisher#offer(int, byte[], int, int)}, from any thread. */
    public long offer(
        final int typeId, final byte[] bytes, final int offset, final int length) {
        final boolean outermost = lock();
        try {
            return publisher.offer(typeId, bytes, offset, length);
        } catch (final VirtualMachineError error) {
            // Its stack may have ended: it is not inside any more.
            publisher.inside = false;
            throw error;
        } finally {
            if (outermost) {
                holder = null;
            }
        }
    }

    /** As {@link Publisher#offer(int, MemorySegment, long, int)}, from any thread. */
    public long offer(
        final int typeId, final MemorySegment segment, final long offset, final int length) {
        final boolean outermost = lock();
        try {
            return publisher.offer(typeId, segment, offset, length);
        } catch (final VirtualMachineError error) {
            // Its stack may have ended: it is not inside any more.
            publisher.inside = false;
            throw error;
        } finally {
            if (outermost) {
                holder = null;
            }
        }
    }

    /** As {@link Publisher#maxMessageLength()}. */
    public int maxMessageLength() {
        return publisher.maxMessageLength();
    }

    /** As {@link Publisher#hasSubscribers()}. */
    public boolean hasSubscribers() {
        return publisher.hasSubscribers();
    }

    /** Waits for the offer that is under way, then closes the publisher. Idempotent. */
    @Override
    public void close() {
        final boolean outermost = lock();
        try {
            publisher.close();
        } finally {
            if (outermost) {
                holder = null;
            }
        }
    }

    /** Whether this thread has the lock. */
    boolean isHeldByThisThread() {
        return holder == Thread.currentThread();
    }

    /** False if this thread has it already: then it is given back further out. Behind the exchange there is no call. */
    private boolean lock() {
        final Thread self = Thread.currentThread();
        if (holder == self) {
            return false;
        }
        int looks = 0;
        boolean interrupted = false;
        while (true) {
            if (holder == null) {
                if (interrupted) {
                    self.interrupt();
                    interrupted = false;
                }
                if (HOLDER.compareAndSet(this, null, self)) {
                    return true;
                }
            }
            if (looks < SPINS) {
                looks++;
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, PARK_NANOS);
                // It would not sleep again.
                interrupted |= Thread.interrupted();
            }
        }
    }
}
