package org.fencepost.ipc.log;

import java.util.ArrayList;
import java.util.List;

/** The segments of a handle, with a record of what is synced and a say in what comes of it. */
final class WatchedSyncs implements SegmentStore {
    private final SegmentStore store;
    private final List<Long> lengths = new ArrayList<>();
    private Outcome outcome = () -> 0;

    /** What a sync does and returns: 0, or an error number. */
    interface Outcome {
        int sync();
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
                log.cursors(), log.members(), syncs, log.clock(), log.sleeping(), true,
                Log.NO_END);
            return new Watched(watched, new GroupCommit(watched), syncs);
        }
    }

    /** From now on every sync does this instead. */
    void become(final Outcome next) {
        outcome = next;
    }

    /** How many bytes each sync was for. */
    List<Long> lengths() {
        return lengths;
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        lengths.add(lengthBytes);
        return outcome.sync();
    }

    @Override
    public SegmentMap newMap() {
        return store.newMap();
    }

    @Override
    public SegmentMap newTemporaryMap() {
        return store.newTemporaryMap();
    }

    @Override
    public boolean removeBelow(final long earliest) {
        return store.removeBelow(earliest);
    }

    @Override
    public void prepare(final long segmentStart) {
        store.prepare(segmentStart);
    }
}
