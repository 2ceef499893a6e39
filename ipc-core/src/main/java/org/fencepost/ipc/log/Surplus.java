package org.fencepost.ipc.log;

import org.fencepost.ipc.format.Geometry;

/**
 * What a journal need not keep any more by its retention, whoever still reads it. One thread at a time; stores
 * nothing.
 */
final class Surplus {
    private final Log log;
    private final Geometry geometry;
    private Timestamps timestamps;

    /** Of this handle's log. */
    Surplus(final Log log) {
        this.log = log;
        this.geometry = log.geometry();
    }

    /** Whether anything need not be kept at some time. */
    boolean isPossible() {
        return !geometry.ring() && (bytes() != 0 || nanos() != 0);
    }

    /** Whether what lies before this segment need not be kept any more. */
    boolean isBefore(final long segmentStart, final long tail) {
        final long bytes = bytes();
        if (bytes > 0 && tail - segmentStart >= bytes) {
            return true;
        }
        final long nanos = nanos();
        if (nanos == 0) {
            return false;
        }
        if (timestamps == null) {
            timestamps = new Timestamps(log);
        }
        // What lies before is not younger than the first one here, but for a moment. Nor than a later segment's, where
        // a claim is open at the beginning of this one, perhaps for ever: of somebody dead, and nobody reads.
        long timestamp = timestamps.first(segmentStart);
        long next = segmentStart + geometry.segmentBytes();
        while (timestamp == Timestamps.NONE && next <= geometry.segmentStart(tail)) {
            timestamp = timestamps.first(next);
            next += geometry.segmentBytes();
        }
        return timestamp != Timestamps.NONE && log.clock().nanoTime() - timestamp > nanos;
    }

    /** May be changed at any time. */
    private long bytes() {
        return log.words().retentionBytesAcquire(geometry);
    }

    private long nanos() {
        return log.words().retentionNanosAcquire(geometry);
    }
}
