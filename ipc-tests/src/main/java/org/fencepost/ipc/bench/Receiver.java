package org.fencepost.ipc.bench;

/** The polling side of a contender, used by one thread. */
public interface Receiver extends AutoCloseable {
    /**
     * Shows what has arrived to the checker; never waits.
     *
     * @param limit of messages in this call.
     * @return number of messages shown, 0 if there was none.
     */
    int poll(int limit);

    @Override
    void close();
}
