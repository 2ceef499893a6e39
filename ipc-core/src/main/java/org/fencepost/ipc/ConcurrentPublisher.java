package org.fencepost.ipc;

import java.lang.foreign.MemorySegment;
import org.agrona.DirectBuffer;

/**
 * A publisher that any number of threads may share, for loggers and virtual threads.
 *
 * <p>It guards one {@link Publisher} with a lock that is held for the copy of one message; a virtual
 * thread that waits for it does not pin its carrier. Where each thread can have its own publisher,
 * that is faster. Results are those of {@link Publisher#offer(int, DirectBuffer, int, int)}.
 */
public final class ConcurrentPublisher implements AutoCloseable {
    /** A monitor: where the stack ends inside, no call is needed to give it back. */
    private final Object lock = new Object();
    private final Publisher publisher;

    /**
     * Shares {@code publisher}, which must not be used directly any more; closing this closes it.
     *
     * @throws IllegalStateException if another one shares it.
     */
    public ConcurrentPublisher(final Publisher publisher) {
        this.publisher = publisher;
        publisher.lockedByUsers(lock);
    }

    /** As {@link Publisher#offer(int, DirectBuffer, int, int)}, from any thread. */
    public long offer(
        final int typeId, final DirectBuffer buffer, final int offset, final int length) {
        synchronized (lock) {
            try {
                return publisher.offer(typeId, buffer, offset, length);
            } catch (final VirtualMachineError error) {
                // Without a call, for a stack that has ended: its thread is not inside any more.
                publisher.inside = false;
                throw error;
            }
        }
    }

    /** As {@link Publisher#offer(int, byte[], int, int)}, from any thread. */
    public long offer(final int typeId, final byte[] bytes, final int offset, final int length) {
        synchronized (lock) {
            try {
                return publisher.offer(typeId, bytes, offset, length);
            } catch (final VirtualMachineError error) {
                // Without a call, for a stack that has ended: its thread is not inside any more.
                publisher.inside = false;
                throw error;
            }
        }
    }

    /** As {@link Publisher#offer(int, MemorySegment, long, int)}, from any thread. */
    public long offer(
        final int typeId, final MemorySegment segment, final long offset, final int length) {
        synchronized (lock) {
            try {
                return publisher.offer(typeId, segment, offset, length);
            } catch (final VirtualMachineError error) {
                // Without a call, for a stack that has ended: its thread is not inside any more.
                publisher.inside = false;
                throw error;
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
        synchronized (lock) {
            publisher.close();
        }
    }
}
