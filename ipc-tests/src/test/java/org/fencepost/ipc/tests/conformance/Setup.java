package org.fencepost.ipc.tests.conformance;

import java.util.Arrays;
import java.util.stream.Stream;
import org.fencepost.ipc.tests.peer.ChannelSpec;

/**
 * What a conformance test runs with. Whatever is to be checked in every test, another way to reach
 * memory for one, becomes a component here and a factor in {@link #all()}.
 *
 * @param kind      of channel.
 * @param placement of the two sides.
 */
record Setup(Kind kind, Placement placement) {

    /** Kinds of channels. */
    enum Kind {
        /** A ring. */
        RING,
        /** A journal. */
        JOURNAL
    }

    /** Which side lives in a child JVM. */
    enum Placement {
        /** None: two handles of one process. */
        ONE_PROCESS,
        /** The publishing side. */
        PUBLISHER_IN_CHILD,
        /** The subscribing side. */
        SUBSCRIBER_IN_CHILD
    }

    /** Every combination. */
    static Stream<Setup> all() {
        return Arrays.stream(Kind.values()).flatMap(kind ->
            Arrays.stream(Placement.values()).map(placement -> new Setup(kind, placement)));
    }

    /** Every combination with a ring. */
    static Stream<Setup> rings() {
        return all().filter(Setup::isRing);
    }

    /** Every combination with a journal. */
    static Stream<Setup> journals() {
        return all().filter(setup -> !setup.isRing());
    }

    /** One of each kind, for tests that start processes of their own. */
    static Stream<Setup> inOneProcess() {
        return all().filter(setup -> setup.placement() == Placement.ONE_PROCESS);
    }

    /** A channel of this kind; a ring has eight segments. */
    ChannelSpec channel(final long segmentBytes) {
        return kind == Kind.RING
            ? ChannelSpec.ring(segmentBytes, 8) : ChannelSpec.journal(segmentBytes);
    }

    boolean isRing() {
        return kind == Kind.RING;
    }

    @Override
    public String toString() {
        return kind + ", " + placement;
    }
}
