package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * What a thread does although it is interrupted. The JDK closes a channel under a thread that is, so the
 * interruption is put aside, and what it has ended is done again; the thread stays interrupted.
 */
public final class Undisturbed {
    private Undisturbed() {
    }

    /** A call that an interruption must not end, and that may be repeated if one did. */
    public interface Call<T> {
        /** Makes it. */
        T make() throws IOException;
    }

    /** Makes a call, again and again while interruptions end it. */
    public static <T> T by(final Call<T> call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return call.make();
                } catch (final ClosedByInterruptException again) {
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
