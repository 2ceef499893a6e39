package org.fencepost.ipc.tests.peer;

/** See {@link org.fencepost.ipc.Publisher}. */
public interface PublisherPort extends Port {
    /** What an offer takes the bytes from. */
    enum Source {
        /** A {@code byte[]}. */
        ARRAY,
        /** The library's buffer around a {@code byte[]}. */
        BUFFER,
        /** The library's buffer around memory outside the heap. */
        BUFFER_OUTSIDE_HEAP,
        /** A segment over a {@code byte[]}. */
        SEGMENT,
        /** A segment over memory outside the heap. */
        SEGMENT_OUTSIDE_HEAP
    }

    /** How a claim ends. */
    enum End {
        /** Committed. */
        COMMIT,
        /** Aborted. */
        ABORT,
        /** Closed without either. */
        CLOSE
    }

    /** Offers a part of the bytes; the numbers are passed on as they are. */
    long offer(Source source, int typeId, byte[] bytes, int offset, int length);

    /** Offers all bytes, once. */
    default long offer(final int typeId, final byte[] bytes) {
        return offer(Source.ARRAY, typeId, bytes, 0, bytes.length);
    }

    /**
     * Offers messages of a series until all are published or a result is negative that is not
     * {@code PREPARING}; returns how many were.
     */
    int offerSeries(Series series, long first, int count);

    /** Claims; the claim is at hand whatever the result. */
    ClaimPort claim(int typeId, int length);

    /** Claims a batch; the batch is at hand whatever the result. */
    BatchPort batch(int capacityBytes);

    /** Longest payload. */
    int maxMessageLength();

    /** Whether anybody subscribes. */
    boolean hasSubscribers();

    /** Whether it is the exclusive one. */
    boolean isExclusive();

    /** Its slot. */
    int id();
}
