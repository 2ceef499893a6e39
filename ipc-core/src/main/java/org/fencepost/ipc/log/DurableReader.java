package org.fencepost.ipc.log;

/**
 * Reads what is on the disk. The watermark is a frame boundary, so what begins below it ends at or
 * below it.
 *
 * <p>Invariant: the position leads the watermark over padding only. One thread.
 */
public final class DurableReader extends ForwardingReader {
    private final SyncWords words;
    /** The watermark as it was seen last. */
    private long durable;

    /** Holds back what the given reader finds until it is durable. */
    public DurableReader(final Log log, final LogReader reader) {
        super(reader);
        this.words = log.words().syncs();
    }

    /**
     * As in any reader.
     *
     * @throws org.fencepost.ipc.SyncFailedException if nothing here will ever be durable.
     */
    @Override
    public long peek() {
        if (!isDurable()) {
            return NOTHING;
        }
        final long word = super.peek();
        // Padding may have led it on.
        return word == NOTHING || isDurable() ? word : NOTHING;
    }

    private boolean isDurable() {
        if (position() < durable) {
            return true;
        }
        final long seen = words.durableAcquire();
        durable = words.position(seen);
        if (position() < durable) {
            return true;
        }
        words.requireHealthy(seen);
        return false;
    }
}
