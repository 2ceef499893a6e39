package org.fencepost.ipc.bench;

/** A message arrived that differs from what was sent, or not in its place. */
final class MismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MismatchException(final String message) {
        super(message);
    }
}
