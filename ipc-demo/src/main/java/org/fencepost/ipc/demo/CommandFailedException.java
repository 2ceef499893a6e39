package org.fencepost.ipc.demo;

/** A command cannot do what it was asked for; the message is for the user and says why. */
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(final String message) {
        super(message);
    }

    CommandFailedException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
