package org.fencepost.ipc.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Linux system calls, all through one function of libc: {@code long syscall(long number, ...)}.
 *
 * <p>One function because linking costs more of a new process than all else that it does until its first
 * message; it is linked when the first instance is made. For the same reason it is linked with as little as
 * will do: its address is not bound to the handle, and its arguments are not declared variadic, because
 * on Linux, x86-64 and aarch64, they are passed like any others. Structures are read and written through
 * buffers, for which the JDK has nothing to generate. Pointers are passed as addresses of native
 * segments, which the caller keeps reachable. An instance owns the place to which the error number is
 * delivered and so serves one thread at a time.
 */
final class SystemCall {
    /** The numbers of this machine. */
    static final SystemNumbers NUMBERS = SystemNumbers.of(Machine.ARCHITECTURE);

    private static final MemorySegment FUNCTION;
    private static final MethodHandle CALL;

    static {
        final Linker linker = Linker.nativeLinker();
        FUNCTION = function(linker);
        if (FUNCTION.address() == 0) {
            throw new UnsatisfiedLinkError("libc has no function 'syscall'");
        }
        // What is captured is the error number alone on Linux: there is nothing else to capture.
        final long stateBytes = Linker.Option.captureStateLayout().byteSize();
        if (stateBytes != Integer.BYTES) {
            throw new UnsatisfiedLinkError("state behind a call: expected the error number in "
                + Integer.BYTES + " bytes, found " + stateBytes);
        }
        final ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        CALL = linker.downcallHandle(
            FunctionDescriptor.of(word, word, word, word, word, word, word, word),
            Linker.Option.captureCallState("errno"));
    }

    private final MemorySegment state;
    /** A view of it for who asks, which is after few calls; null until then. */
    private ByteBuffer errno;

    /** A place for error numbers that lives as long as the arena. */
    SystemCall(final Arena arena) {
        state = arena.allocate(Integer.BYTES, Integer.BYTES);
    }

    /**
     * The default lookup opens a file of the JDK, and finds nothing for the life of the process where it could not
     * because descriptors were used up. The library itself is there already.
     */
    private static MemorySegment function(final Linker linker) {
        final MemorySegment found = linker.defaultLookup().find("syscall").orElse(MemorySegment.NULL);
        if (found.address() != 0) {
            return found;
        }
        try {
            return SymbolLookup.libraryLookup("libc.so.6", Arena.global()).find("syscall").orElse(found);
        } catch (final IllegalArgumentException notThere) {
            return found;
        }
    }

    /** The bytes of a structure, in the order of this machine. */
    static ByteBuffer buffer(final MemorySegment structure) {
        return structure.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Makes a call; -1 means that it failed and that {@link #errno()} says why. */
    long invoke(
        final long number, final long a, final long b, final long c, final long d, final long e,
        final long f) {
        try {
            return (long) CALL.invokeExact(FUNCTION, state, number, a, b, c, d, e, f);
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
        if (errno == null) {
            errno = buffer(state);
        }
        return errno.getInt(0);
    }
}
