package org.fencepost.ipc.bench;

/** The publishing side of a contender, used by one thread. */
public interface Sender extends AutoCloseable {
    /**
     * Tries once to send the next message; never waits. A contender that batches may keep messages
     * back until a batch is full.
     *
     * @param sequence of the message, from 0 without gaps; the same again after {@code false}.
     * @return whether it was taken.
     */
    boolean trySend(long sequence);

    @Override
    void close();
}
