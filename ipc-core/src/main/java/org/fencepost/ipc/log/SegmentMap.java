package org.fencepost.ipc.log;

/**
 * Where segments are in memory. Maps them as needed, which may take system calls; callers keep the
 * address until they leave the segment.
 *
 * <p>A ring has one map for all threads of a handle, whose addresses stay. In a journal each
 * endpoint has its own, used by one thread at a time, in which a segment may lose its place to a later
 * one after two more calls.
 */
public interface SegmentMap extends AutoCloseable {
    /**
     * Address of the first byte of the segment that starts at {@code segmentStart}.
     *
     * @throws org.fencepost.ipc.ChannelException if it cannot be mapped.
     */
    long addressOf(long segmentStart);

    /** Replaces the mappings by memory that belongs to nobody. Idempotent, from any thread. */
    @Override
    void close();
}
