package org.fencepost.ipc.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/** By {@code futex} and {@code futex_waitv}. */
final class LinuxSleeping implements Sleeping {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long FUTEX_WAIT = 0;
    private static final long FUTEX_WAKE = 1;
    private static final long CLOCK_MONOTONIC = 1;

    /** {@code struct futex_waitv}: val (u64), uaddr (u64), flags (u32), reserved (u32). */
    private static final long WAITV_BYTES = 24;
    private static final long WAITV_ADDRESS_OFFSET = 8;
    private static final long WAITV_FLAGS_OFFSET = 16;
    /** Four bytes, and shared between processes. */
    private static final int FUTEX2_SIZE_U32 = 2;

    /** Calls whose error numbers nobody reads, so that any thread may use it. */
    private final SystemCall calls = new SystemCall(Arena.global());

    @Override
    public boolean canWake() {
        return true;
    }

    @Override
    public Sleep on(final long... addresses) {
        Sleeping.checkCount(addresses.length);
        return addresses.length == 1 ? new One(addresses[0]) : new Any(addresses.clone());
    }

    @Override
    public void wake(final long address) {
        calls.invoke(SystemCall.NUMBERS.futex(), address, FUTEX_WAKE, Integer.MAX_VALUE, 0, 0, 0);
    }

    private static void store(final MemorySegment time, final long nanos) {
        time.setAtIndex(ValueLayout.JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
        time.setAtIndex(ValueLayout.JAVA_LONG, 1, nanos % NANOS_PER_SECOND);
    }

    /** On one address. */
    private final class One implements Sleep {
        private final long address;
        private final Arena arena = Arena.ofAuto();
        private final SystemCall ownCalls = new SystemCall(arena);
        private final MemorySegment timeout = arena.allocate(ValueLayout.JAVA_LONG, 2);

        One(final long address) {
            this.address = address;
        }

        @Override
        public boolean awaitChange(final int[] expected, final long timeoutNanos) {
            store(timeout, timeoutNanos);
            // Changed already, interrupted, woken by who was late: whoever waits looks again in any case.
            return ownCalls.invoke(SystemCall.NUMBERS.futex(), address, FUTEX_WAIT, expected[0],
                timeout.address(), 0, 0) == -1 && ownCalls.errno() == Errno.ETIMEDOUT;
        }
    }

    /** On several addresses; before Linux 5.16 for short times only. */
    private final class Any implements Sleep {
        private final Arena arena = Arena.ofAuto();
        private final SystemCall ownCalls = new SystemCall(arena);
        private final MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
        private final MemorySegment waiters;
        private final int count;
        private boolean refusedHere;

        Any(final long[] addresses) {
            count = addresses.length;
            waiters = arena.allocate(WAITV_BYTES * count, Long.BYTES);
            for (int i = 0; i < count; i++) {
                waiters.set(
                    ValueLayout.JAVA_LONG, i * WAITV_BYTES + WAITV_ADDRESS_OFFSET, addresses[i]);
                waiters.set(
                    ValueLayout.JAVA_INT, i * WAITV_BYTES + WAITV_FLAGS_OFFSET, FUTEX2_SIZE_U32);
            }
        }

        @Override
        public boolean awaitChange(final int[] expected, final long timeoutNanos) {
            if (refusedHere) {
                LockSupport.parkNanos(this, Math.min(timeoutNanos, SHORT_NANOS));
                return false;
            }
            for (int i = 0; i < count; i++) {
                waiters.set(ValueLayout.JAVA_LONG, i * WAITV_BYTES,
                    Integer.toUnsignedLong(expected[i]));
            }
            // This call takes the time at which it is to end, by a clock of the system.
            ownCalls.invoke(SystemCall.NUMBERS.clockGettime(), CLOCK_MONOTONIC, time.address(), 0, 0,
                0, 0);
            store(time, time.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND
                + time.getAtIndex(ValueLayout.JAVA_LONG, 1) + timeoutNanos);
            final long result = ownCalls.invoke(SystemCall.NUMBERS.futexWaitv(), waiters.address(),
                count, 0, time.address(), CLOCK_MONOTONIC, 0);
            if (result != -1) {
                return false;
            }
            final int errno = ownCalls.errno();
            refusedHere =
                errno != Errno.EAGAIN && errno != Errno.EINTR && errno != Errno.ETIMEDOUT;
            return errno == Errno.ETIMEDOUT;
        }
    }
}
