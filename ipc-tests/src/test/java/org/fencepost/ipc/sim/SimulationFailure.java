package org.fencepost.ipc.sim;

/** What a simulated program did wrong, or that it never ended. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public SimulationFailure(final String message) {
        super(message);
    }

    /** With what went wrong and why. */
    public SimulationFailure(final String message, final Throwable cause) {
        super(message, cause);
    }
}
