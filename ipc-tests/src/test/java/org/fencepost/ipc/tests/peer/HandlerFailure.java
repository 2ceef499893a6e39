package org.fencepost.ipc.tests.peer;

/** What the handler of a test throws; the library has no such exception. */
public final class HandlerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure that names what the handler was given. */
    public HandlerFailure(final String message) {
        super(message);
    }
}
