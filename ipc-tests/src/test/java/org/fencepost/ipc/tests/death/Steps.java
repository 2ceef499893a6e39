package org.fencepost.ipc.tests.death;

import java.lang.StackWalker.StackFrame;
import java.util.stream.Collectors;

/**
 * Counts what one thread does to anything that others can see, and sends itself a signal at the
 * step that was agreed on, before it is made. Says first where that is.
 */
final class Steps implements Runnable {
    private static final String PRODUCT = "org.fencepost.ipc.";
    private static final int FRAMES_MAX = 16;
    private static final StackWalker WALKER = StackWalker.getInstance();

    private final Ledger ledger;
    private final String typeSuffix;
    private final String method;
    private final long last;
    private final int signal;
    private long count;

    /**
     * Sends {@code signal} at step {@code last}, from 1; never if that is 0. Unless {@code focus} is
     * empty, counts only what is done inside a method whose {@code Type.method} begins so.
     */
    Steps(final Ledger ledger, final String focus, final long last, final int signal) {
        this.ledger = ledger;
        final int dot = focus.indexOf('.');
        this.typeSuffix = dot < 0 ? "" : "." + focus.substring(0, dot);
        this.method = focus.substring(dot + 1);
        this.last = last;
        this.signal = signal;
    }

    @Override
    public void run() {
        if (!typeSuffix.isEmpty() && !isInside()) {
            return;
        }
        if (++count == last) {
            ledger.place(place());
            Signals.raise(signal);
        }
    }

    /** Steps made. */
    long count() {
        return count;
    }

    private boolean isInside() {
        return WALKER.walk(frames -> frames.limit(FRAMES_MAX).anyMatch(frame ->
            frame.getMethodName().startsWith(method)
                && frame.getClassName().endsWith(typeSuffix)));
    }

    private static String place() {
        return WALKER.walk(frames -> frames
            .filter(Steps::isOfProduct)
            .limit(FRAMES_MAX)
            .map(frame -> simpleName(frame) + "." + frame.getMethodName())
            .collect(Collectors.joining(" < ")));
    }

    private static boolean isOfProduct(final StackFrame frame) {
        final String name = frame.getClassName();
        return name.startsWith(PRODUCT) && !name.startsWith(PRODUCT + "tests.")
            && (!name.startsWith(PRODUCT + "os.") || name.endsWith(".CountingMemory"))
            && !name.equals(PRODUCT + "ChannelDoor");
    }

    private static String simpleName(final StackFrame frame) {
        return frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1);
    }
}
