package org.fencepost.ipc.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Linux system calls, all through one function of libc: {@code long syscall(long number, ...)}.
 *
 * <p>One function because linking each costs tens of milliseconds; it is linked when the first
 * instance is made. Pointers are passed as addresses of native segments, which the caller keeps
 * reachable. An instance owns the place to which the error number is delivered and so serves one
 * thread at a time.
 */
final class SystemCall {
    /** The numbers of this machine. */
    static final SystemNumbers NUMBERS = SystemNumbers.of(Machine.ARCHITECTURE);

    private static final MethodHandle SYSCALL;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = STATE.byteOffset(PathElement.groupElement("errno"));

    static {
        final Linker linker = Linker.nativeLinker();
        final MemorySegment function = linker.defaultLookup().find("syscall")
            .orElseThrow(() -> new UnsatisfiedLinkError("libc has no function 'syscall'"));
        final ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        SYSCALL = linker.downcallHandle(
            function,
            FunctionDescriptor.of(word, word, word, word, word, word, word, word),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    }

    private final MemorySegment state;

    /** A place for error numbers that lives as long as the arena. */
    SystemCall(final Arena arena) {
        state = arena.allocate(STATE);
    }

    /** Makes a call; -1 means that it failed and that {@link #errno()} says why. */
    long invoke(
        final long number, final long a, final long b, final long c, final long d, final long e,
        final long f) {
        try {
            return (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
        } catch (final Error error) {
            // Of this thread, not of the call: a stack that ended, a page that was missing before.
            throw error;
        } catch (final Throwable impossible) {
            throw new AssertionError("system call " + number, impossible);
        }
    }

    /** Like {@link #invoke}, again and again while signals interrupt it. */
    long invokeRetrying(
        final long number, final long a, final long b, final long c, final long d, final long e,
        final long f) {
        long result;
        do {
            result = invoke(number, a, b, c, d, e, f);
        } while (result == -1 && errno() == Errno.EINTR);
        return result;
    }

    /** The error number of the last call that failed. */
    int errno() {
        return state.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }
}
