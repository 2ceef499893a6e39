package org.fencepost.ipc;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The threads of a handle that wait for the disk while another thread of it tends to that.
 *
 * <p>Who is woken has what it waited for, or is called to tend: nobody wakes to find that the sync was not
 * for it. The called one is the first to be woken, so that the disk begins again while the others are.
 *
 * <p>Invariants: who waits is on the stack, or in the hands of a thread in {@link #serve}, which looks
 * again before it leaves; while nobody tends and somebody waits, one of these is called. A called one that
 * leaves without tending calls another. Who leaves before the disk has come to its position takes itself off the
 * stack. Not an invariant: that a called one is the next to tend, or that nobody tends when one is called.
 *
 * <p>Lock-free but for {@link LockSupport}. Any thread.
 */
final class DiskWaiters {
    private final LongSupplier durable;
    private final AtomicReference<Waiter> top = new AtomicReference<>();

    private enum State { WAITING, CALLED, GONE }

    /** One thread and the position that it waits for. */
    static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final long position;
        /** Of whoever has the waiter in its hands. */
        private Waiter next;

        private Waiter(final long position) {
            this.position = position;
        }

        /** Whether it was called: it tries to tend, or leaves as one that was; and may be called again. */
        boolean takeCall() {
            return state.compareAndSet(State.CALLED, State.WAITING);
        }
    }

    /**
     * Nobody waits.
     *
     * @param durable the watermark, or {@link Long#MAX_VALUE} if all waiting is over.
     */
    DiskWaiters(final LongSupplier durable) {
        this.durable = durable;
    }

    /** The calling thread waits; it looks once more whether anybody tends before it parks. */
    Waiter enter(final long position) {
        final Waiter waiter = new Waiter(position);
        push(waiter, waiter);
        return waiter;
    }

    /** The thread that entered goes; {@code called} if it has taken a call and not followed it. */
    void leave(final Waiter waiter, final boolean called) {
        final State left = waiter.state.getAndSet(State.GONE);
        // Who has not what it waited for is on the stack still, and the disk may not move for hours. Who tends may
        // leave while the others are off the stack, and find nobody to call.
        if (left == State.CALLED || called || waiter.position > durable.getAsLong()) {
            serve(true);
        }
    }

    /** Wakes those whose position is durable and, if nobody tends from here on, one more, to do so. */
    void serve(final boolean calls) {
        long reached;
        do {
            reached = durable.getAsLong();
            serve(reached, calls);
            // What is reached meanwhile was served by others, to whom those above were not visible.
        } while (top.get() != null && durable.getAsLong() != reached);
    }

    private void serve(final long reached, final boolean calls) {
        Waiter taken = top.getAndSet(null);
        Waiter served = null;
        Waiter kept = null;
        Waiter lastKept = null;
        while (taken != null) {
            final Waiter next = taken.next;
            if (taken.position <= reached) {
                taken.next = served;
                served = taken;
            } else if (taken.state.get() != State.GONE) {
                taken.next = kept;
                kept = taken;
                lastKept = lastKept == null ? taken : lastKept;
            }
            taken = next;
        }
        final Thread called = calls ? call(kept) : null;
        if (kept != null) {
            push(kept, lastKept);
        }
        LockSupport.unpark(called);
        for (Waiter waiter = served; waiter != null; waiter = waiter.next) {
            LockSupport.unpark(waiter.thread);
        }
    }

    /** The thread to be woken, or null if nobody waits, or one is called already. */
    private static Thread call(final Waiter first) {
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            if (waiter.state.get() == State.CALLED) {
                return null;
            }
        }
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            if (waiter.state.compareAndSet(State.WAITING, State.CALLED)) {
                return waiter.thread;
            }
        }
        return null;
    }

    private void push(final Waiter first, final Waiter last) {
        Waiter seen = top.get();
        last.next = seen;
        while (!top.compareAndSet(seen, first)) {
            seen = top.get();
            last.next = seen;
        }
    }
}
