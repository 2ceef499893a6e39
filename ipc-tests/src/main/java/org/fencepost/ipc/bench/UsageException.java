package org.fencepost.ipc.bench;

/** The command line cannot be followed. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(final String message) {
        super(message);
    }
}
