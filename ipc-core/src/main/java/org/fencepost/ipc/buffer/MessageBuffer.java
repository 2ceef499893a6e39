package org.fencepost.ipc.buffer;

/** Placeholder of the flag-free buffer. */
public final class MessageBuffer {
    private MessageBuffer() {
    }
}
