package org.fencepost.ipc.bench;

/** A run ended without a figure: a contender that threw, died, hung or mixed up a message. */
final class RunFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunFailedException(final String message) {
        super(message);
    }

    RunFailedException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
