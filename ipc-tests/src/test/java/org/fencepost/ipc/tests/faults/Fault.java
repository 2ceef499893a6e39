package org.fencepost.ipc.tests.faults;

import org.fencepost.ipc.ChannelException;

/** Errors of Linux, as the kernel counts and the JDK calls them. */
enum Fault {
    EINTR(4, "Interrupted system call"),
    EIO(5, "Input/output error"),
    EACCES(13, "AccessDenied"),
    EMFILE(24, "Too many open files"),
    EFBIG(27, "File too large"),
    ENOSPC(28, "No space left on device"),
    EDQUOT(122, "Disk quota exceeded");

    final int number;
    final String text;

    Fault(final int number, final String text) {
        this.number = number;
        this.text = text;
    }

    /** Whether a message says that it was this one, as far as the JDK has said it. */
    boolean isSaid(final ChannelException refusal) {
        final String message = refusal.getMessage();
        return message.contains(name()) || message.contains(text)
            || message.contains("Mount point not found");
    }
}
