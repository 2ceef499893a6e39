package org.fencepost.ipc.log;

import java.util.List;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Removes the oldest segments of a journal that keeps no more than so many bytes, or no longer than so much
 * time. Under the housekeeping lock: a subscriber joins behind the tail under the same, so that none begins
 * in what is removed at that moment.
 *
 * <p>Invariants: {@code earliest} moves before a file goes, and is on the disk before that, behind the cursors; syncs
 * go on from there when it is, and not before; the segment of the tail stays; nothing goes that a gating cursor needs.
 * Whoever is stopped in between has left files below {@code earliest}, and the next one removes them.
 */
final class Retention {
    /** How often it is looked whether anything is to be removed. */
    private static final long NANOS_PER_LOOK = 10_000_000;

    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final Geometry geometry;
    private final Cleaner cleaner;
    private final Surplus surplus;
    private volatile long lookedNanos;
    /** Below this, this handle has removed every file. */
    private volatile long removedBelow;

    /** The cleaner says whether a gating cursor stands below a position. */
    Retention(final Log log, final Cleaner cleaner) {
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.geometry = log.geometry();
        this.cleaner = cleaner;
        this.surplus = new Surplus(log);
        this.removedBelow = geometry.startPosition();
        this.lookedNanos = log.clock().nanoTime() - NANOS_PER_LOOK;
    }

    /** Whether there may be something to remove. Without the lock; no guarantee. */
    boolean isDue() {
        if (!isPossible()) {
            return false;
        }
        final long sinceNanos = log.clock().nanoTime() - lookedNanos;
        return sinceNanos >= NANOS_PER_LOOK || sinceNanos < 0;
    }

    /** Removes what is to go; whether it has removed anything. */
    boolean run() {
        if (!isPossible()) {
            return false;
        }
        lookedNanos = log.clock().nanoTime();
        final long earliest = words.earliestAcquire();
        final long keptFrom = keptFrom(earliest);
        // What was read counts only if it was the channel's: files go because of it.
        if (log.isClosed() || words.isDamaged() || keptFrom == removedBelow) {
            return false;
        }
        final List<Long> places = log.store().placesBetween(removedBelow, keptFrom);
        if (!places.isEmpty()) {
            remove(places, keptFrom);
        }
        removedBelow = keptFrom;
        return !places.isEmpty();
    }

    private void remove(final List<Long> places, final long keptFrom) {
        log.cursors().makeDirty();
        log.store().recordCursors(keptFrom);
        // Behind that: it may reach the disk at any time.
        words.earliestRelease(keptFrom);
        log.store().recordEarliest(keptFrom);
        // Not before: what is durable behind it would be lost with a log that begins before it.
        words.syncs().raise(keptFrom);
        log.progress().ring();
        log.store().remove(places, keptFrom);
    }

    /** Also where everything is to be kept by now: somebody may have died between the word and the files. */
    private boolean isPossible() {
        return surplus.isPossible() || words.earliestAcquire() != removedBelow;
    }

    /** Where the log is to begin: {@code earliest}, or a later segment's start. */
    private long keptFrom(final long earliest) {
        final long tail = words.tailAcquire();
        // Pairs with the joiner's full fence, as in the cleaner: the tail first, then the cursors.
        memory.fullFence();
        long from = earliest;
        long next = geometry.segmentStart(from) + geometry.segmentBytes();
        while (next <= geometry.segmentStart(tail) && surplus.isBefore(next, tail)
            && !cleaner.isGatedBelow(next)) {
            from = next;
            next += geometry.segmentBytes();
        }
        return from;
    }
}
