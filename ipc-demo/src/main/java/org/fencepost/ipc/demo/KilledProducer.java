package org.fencepost.ipc.demo;

import java.util.List;

/**
 * The producer that was killed inside a claim.
 *
 * @param producer  its index.
 * @param position  where its claim begins.
 * @param bytes     of the claim in the log.
 * @param consumers that stood before the claim and waited when it was killed: all of them.
 * @param killNanos {@link System#nanoTime()} just before it was killed.
 */
record KilledProducer(int producer, long position, long bytes, int consumers, long killNanos) {
    /**
     * What the peers take by default until they go on behind a killed publisher's claim: 15 s.
     *
     * <p>Aeron 1.51.0: {@code io.aeron.driver.Configuration.PUBLICATION_UNBLOCK_TIMEOUT_DEFAULT_NS}
     * is 15 s; the media driver's {@code IpcPublication} unblocks when the consumers have not moved
     * for so long.
     *
     * <p>Chronicle Queue 2026.4: {@code SingleChronicleQueueBuilder.timeoutMS()} is 10 s, and the
     * builder gives 3/2 of it to {@code TableStoreWriteLock}, which the next appender waits for
     * before it looks whether the holder's process is dead.
     */
    static final long PEERS_NANOS = 15_000_000_000L;

    /** Where that is said. */
    static final List<String> PEERS_SOURCES = List.of(
        "Aeron IPC: aeron.publication.unblock.timeout (io.aeron.driver.Configuration)",
        "Chronicle Queue, next appender: 3/2 of SingleChronicleQueueBuilder.timeoutMS()");

    /** Time from the kill to the next message of a consumer. */
    long afterKillNanos(final ConsumerResult.HeldUp heldUp) {
        return heldUp.untilNanos() - killNanos;
    }
}
