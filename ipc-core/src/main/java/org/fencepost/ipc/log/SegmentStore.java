package org.fencepost.ipc.log;

import java.util.List;
import java.util.function.BooleanSupplier;

/** Where segments come from. */
public interface SegmentStore {
    /** A map for one endpoint; for a ring always the same one. */
    SegmentMap newMap();

    /**
     * A map for one endpoint that goes through the log from segment to segment: only the segment that was
     * asked for last has to stay, the next one may be mapped over the others at any time.
     *
     * @param writes whether the endpoint is about to store at the tail.
     */
    default SegmentMap newEndpointMap(final boolean writes) {
        return newMap();
    }

    /** How new pages come: a sync writes all of those that came together for a byte in one of them. */
    enum Pages {
        /** Loaded ahead, many at a time. */
        MANY,
        /** One by one, for syncs follow the tail: who syncs loads them. */
        SINGLE,
        /** So, and those that are there already are to come anew: these syncs are small. */
        SINGLE_ANEW
    }

    /**
     * Maps what the endpoints will need next, by another thread than theirs.
     *
     * @param tail   where those that write are.
     * @param ready  segments below it exist.
     * @param bytes  pages behind the tail that those that write will need; some are loaded in any case, and no more
     *               than these as long as little has been published since this store was opened.
     * @param pages  how pages are to come from the tail's segment on.
     * @param wanted asked between some pages and more: once it is false they are left.
     */
    default void mapAhead(
        final long tail, final long ready, final long bytes, final Pages pages,
        final BooleanSupplier wanted) {
        // Everything is mapped.
    }

    /** Gives back what {@link #mapAhead} had taken when its thread was torn away. */
    default void letGo() {
        // Nothing was taken.
    }

    /** A map for a moment, under the housekeeping lock; closing it takes nothing from others. */
    SegmentMap newTemporaryMap();

    /**
     * Makes the segment of a journal that starts here exist, zeroed and allocated; does nothing if it
     * exists. Called under the housekeeping lock; may block on the disk.
     *
     * @param wantsPages whether all of it will be used soon: then its pages are made already, if that is no long
     *                   work. Asked again before each piece; once it is false, the rest is left without.
     * @throws org.fencepost.ipc.ChannelException if it cannot be made; nothing is left behind then.
     */
    void prepare(long segmentStart, BooleanSupplier wantsPages);

    /**
     * Makes durable what the control file's words say of a journal's retention. Called under the housekeeping lock; may
     * block on the disk.
     *
     * @throws org.fencepost.ipc.ChannelException if it is not known to be durable.
     */
    default void recordRetention() {
        // A ring has none.
    }

    /**
     * Where the segments of a journal begin that are there from one on and before another one. Called under the
     * housekeeping lock.
     *
     * @throws org.fencepost.ipc.ChannelException if that cannot be looked at; it can be tried again.
     */
    List<Long> placesBetween(long from, long end);

    /**
     * Makes durable where the cursors of a journal stand, when {@code earliest} is about to say that the log begins
     * here. Called under the same lock; may block on the disk.
     *
     * @throws org.fencepost.ipc.ChannelException if that cannot be said; it can be tried again.
     */
    default void recordCursors(final long earliest) {
        // A ring has none.
    }

    /**
     * Makes durable that the log of a journal begins here. Called under the same lock, when {@code earliest} says
     * so; may block on the disk.
     *
     * @throws org.fencepost.ipc.ChannelException if that cannot be said; it can be tried again.
     */
    void recordEarliest(long earliest);

    /**
     * Removes segments of a journal before this one, behind {@link #recordEarliest}. Called under the same
     * lock; may block on the disk.
     *
     * @param places where they begin, as {@link #placesBetween} has said.
     * @throws org.fencepost.ipc.ChannelException if one cannot be removed; it can be tried again.
     */
    void remove(List<Long> places, long earliest);

    /**
     * Returns when the bytes at a range of a segment's addresses are on the disk.
     *
     * @param address     a multiple of 4096 behind an address that a map of this store gave, or the page
     *                    before it, which has the receipt.
     * @param lengthBytes from there on, within the segment.
     * @return 0, or the error number of the system.
     */
    int sync(long address, long lengthBytes);
}
