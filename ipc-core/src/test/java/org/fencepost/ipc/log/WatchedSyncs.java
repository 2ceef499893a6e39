package org.fencepost.ipc.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The segments of a handle, with a record of what is synced and written ahead, and a say in what comes of a
 * sync.
 */
final class WatchedSyncs implements SegmentStore {
    private final SegmentStore store;
    private final List<Long> lengths = new ArrayList<>();
    private final List<Stretch> ahead = new ArrayList<>();
    private Outcome outcome = () -> 0;
    private Runnable whenMapped = () -> { };

    /** What a sync does and returns: 0, or an error number. */
    interface Outcome {
        int sync();
    }

    /** A part of the log. */
    record Stretch(long from, long end) {
    }

    private WatchedSyncs(final SegmentStore store) {
        this.store = store;
    }

    /** A handle's group commit, and what it syncs. */
    record Watched(Log log, GroupCommit commit, WatchedSyncs syncs) {
        static Watched of(final Handle handle) {
            final Log log = handle.log;
            final WatchedSyncs syncs = new WatchedSyncs(log.store());
            final Log watched = new Log(log.path(), log.geometry(), log.memory(), log.words(),
                log.cursors(), log.members(), syncs, log.clock(), log.arrivals().sleeping(), true,
                Log.NO_END);
            return new Watched(watched, new GroupCommit(watched), syncs);
        }
    }

    /** From now on every sync does this instead. */
    void become(final Outcome next) {
        outcome = next;
    }

    /** Whoever asks for a segment next meets somebody who does this. */
    void whenMapped(final Runnable action) {
        whenMapped = action;
    }

    /** How many bytes each sync was for. */
    List<Long> lengths() {
        return lengths;
    }

    /** What was to be written ahead since this was asked last. */
    List<Stretch> takeAhead() {
        final List<Stretch> taken = List.copyOf(ahead);
        ahead.clear();
        return taken;
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        lengths.add(lengthBytes);
        return outcome.sync();
    }

    @Override
    public SegmentMap newMap() {
        final SegmentMap map = store.newMap();
        return new SegmentMap() {
            @Override
            public long addressOf(final long segmentStart) {
                final Runnable now = whenMapped;
                whenMapped = () -> { };
                now.run();
                return map.addressOf(segmentStart);
            }

            @Override
            public void writeAhead(final long from, final long end) {
                ahead.add(new Stretch(from, end));
                map.writeAhead(from, end);
            }

            @Override
            public void close() {
                map.close();
            }
        };
    }

    @Override
    public SegmentMap newTemporaryMap() {
        return store.newTemporaryMap();
    }

    @Override
    public List<Long> placesBetween(final long from, final long end) {
        return store.placesBetween(from, end);
    }

    @Override
    public void recordCursors(final long earliest) {
        store.recordCursors(earliest);
    }

    @Override
    public void recordEarliest(final long earliest) {
        store.recordEarliest(earliest);
    }

    @Override
    public void remove(final List<Long> places, final long earliest) {
        store.remove(places, earliest);
    }

    @Override
    public void prepare(final long segmentStart, final BooleanSupplier wantsPages) {
        store.prepare(segmentStart, wantsPages);
    }
}
