package org.fencepost.ipc.log;

/**
 * When a reader that finds a zero header asks who holds it up. Almost always the header will be there
 * soon, and all that the reader should touch is that header: the lines of the tail and of the slots
 * belong to the publishers, and taking them at every fruitless look would slow them down.
 *
 * <p>So it asks at every {@value #LOOKS_PER_PROBE}th fruitless look at one position, and not again within
 * {@value #NANOS_PER_PROBE} ns. That decides how often somebody is asked for, never that he is dead. One
 * reader, one thread.
 */
public final class Patience {
    /** Fruitless looks at one position for each time that somebody is asked for. */
    public static final int LOOKS_PER_PROBE = 8;
    /** Least time between two times that somebody is asked for. */
    public static final long NANOS_PER_PROBE = 1_000_000;

    /** Who has come too early does not look at the clock again before it has looked as often as for so many. */
    private static final int PROBES_PER_EARLY_LOOK = 4;

    private final int looksPerProbe;
    private final long nanosPerProbe;
    private long probedAt;
    private long stuckAt = -1;
    /** Until the clock is looked at. */
    private int looksLeft;
    private boolean exhausted;

    /** Asks after this many looks, whatever the time. */
    public Patience(final int looksPerProbe) {
        this(looksPerProbe, 0);
    }

    private Patience(final int looksPerProbe, final long nanosPerProbe) {
        this.looksPerProbe = looksPerProbe;
        this.nanosPerProbe = nanosPerProbe;
        this.probedAt = System.nanoTime() - nanosPerProbe;
    }

    /** As described above. */
    public static Patience ofReaders() {
        return new Patience(LOOKS_PER_PROBE, NANOS_PER_PROBE);
    }

    /** Asks at the next fruitless look: the reader is about to sleep. */
    void exhaust() {
        exhausted = true;
    }

    /** Counts a fruitless look at {@code position}; whether to ask now. */
    boolean isExhaustedAt(final long position) {
        if (stuckAt != position) {
            stuckAt = position;
            looksLeft = looksPerProbe;
        }
        if (exhausted) {
            exhausted = false;
            return true;
        }
        if (--looksLeft > 0) {
            return false;
        }
        looksLeft = looksPerProbe;
        if (nanosPerProbe > 0) {
            final long now = System.nanoTime();
            if (now - probedAt < nanosPerProbe) {
                looksLeft *= PROBES_PER_EARLY_LOOK;
                return false;
            }
            probedAt = now;
        }
        return true;
    }
}
