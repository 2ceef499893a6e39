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

    /**
     * Has the system begin to write a part of a segment, whatever is in it, and waits for nothing: a file system
     * that has only set blocks aside for it notes then that they are in use, and need not in a later sync. Its
     * pages come one by one, for a sync writes all of those that came as one. Best effort; says nothing about
     * what is on the disk.
     *
     * @param from a multiple of 4096 behind a segment's start, in the segment that was asked for last.
     * @param end  not behind that segment.
     */
    default void writeAhead(final long from, final long end) {
        // The blocks are in use.
    }

    /** Replaces the mappings by memory that belongs to nobody. Idempotent, from any thread. */
    @Override
    void close();
}
