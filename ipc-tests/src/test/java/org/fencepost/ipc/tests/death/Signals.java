package org.fencepost.ipc.tests.death;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Processes and signals, by libc. */
final class Signals {
    /** Ends a process between two instructions. */
    static final int SIGKILL = 9;
    /** Lets a stopped process go on. */
    static final int SIGCONT = 18;
    /** Stops a process between two instructions. */
    static final int SIGSTOP = 19;

    private static final int WUNTRACED = 2;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int STOPPED = 0x7F;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle FORK = function("fork", FunctionDescriptor.of(INT));
    private static final MethodHandle RAISE = function("raise", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle KILL = function("kill", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle EXIT = function("_exit", FunctionDescriptor.ofVoid(INT));
    private static final MethodHandle WAITPID =
        function("waitpid", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle PRCTL = function("prctl",
        FunctionDescriptor.of(INT, INT, ValueLayout.JAVA_LONG), Linker.Option.firstVariadicArg(1));
    private static final MemorySegment STATUS = Arena.global().allocate(INT);

    private Signals() {
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
        final String name, final FunctionDescriptor type, final Linker.Option... options) {
        return LINKER.downcallHandle(
            LINKER.defaultLookup().find(name).orElseThrow(), type, options);
    }

    /**
     * A copy of this process with the calling thread only, which dies when the process does that it
     * was copied from. Returns 0 in the copy.
     */
    static int fork() {
        try {
            final int pid = (int) FORK.invokeExact();
            if (pid == 0 && (int) PRCTL.invokeExact(PR_SET_PDEATHSIG, (long) SIGKILL) != 0) {
                throw new AssertionError("prctl failed");
            }
            return pid;
        } catch (final Throwable failure) {
            throw new AssertionError("fork", failure);
        }
    }

    /** To the calling thread: it executes nothing more, or nothing until it is continued. */
    static void raise(final int signal) {
        try {
            if ((int) RAISE.invokeExact(signal) != 0) {
                throw new AssertionError("raise failed");
            }
        } catch (final Throwable failure) {
            throw new AssertionError("raise of " + signal, failure);
        }
    }

    /** To another process; false if there is none. */
    static boolean kill(final long pid, final int signal) {
        try {
            return (int) KILL.invokeExact((int) pid, signal) == 0;
        } catch (final Throwable failure) {
            throw new AssertionError("kill of " + pid, failure);
        }
    }

    /** Ends a forked process without the JVM's part in it, for which it has no threads. */
    static void exit(final int status) {
        try {
            EXIT.invokeExact(status);
        } catch (final Throwable failure) {
            throw new AssertionError("_exit", failure);
        }
    }

    /** What a child has come to: ENDED and its status, DIED or STOPPED and the signal. Waits for it. */
    static String await(final int pid) {
        try {
            if ((int) WAITPID.invokeExact(pid, STATUS, WUNTRACED) != pid) {
                throw new AssertionError("waitpid failed");
            }
        } catch (final Throwable failure) {
            throw new AssertionError("waitpid of " + pid, failure);
        }
        final int status = STATUS.get(INT, 0);
        final int low = status & 0x7F;
        final int high = status >>> 8 & 0xFF;
        return low == 0 ? "ENDED " + high : low == STOPPED ? "STOPPED " + high : "DIED " + low;
    }
}
