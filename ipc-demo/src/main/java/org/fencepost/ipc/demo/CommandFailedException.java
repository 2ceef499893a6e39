package org.fencepost.ipc.demo;

/** A command cannot do what it was asked for; the message is for the user and says why. */
public class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what to tell the user, in one line. */
    public CommandFailedException(final String message) {
        super(message);
    }

    /** With what to tell the user, in one line, and the reason. */
    public CommandFailedException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
