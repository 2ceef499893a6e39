package org.fencepost.ipc.tests.peer;

/** See {@link org.fencepost.ipc.Batch}. */
public interface BatchPort extends Port {
    /** What the attempt to claim returned. */
    long result();

    /** Adds a part of the bytes; the numbers are passed on as they are. */
    boolean add(PublisherPort.Source source, int typeId, byte[] bytes, int offset, int length);

    /** Adds all bytes. */
    default boolean add(final int typeId, final byte[] bytes) {
        return add(PublisherPort.Source.ARRAY, typeId, bytes, 0, bytes.length);
    }

    /** Opens a record in place and fills it with the bytes, if it fits. */
    boolean append(int typeId, byte[] bytes);

    /** Messages so far. */
    int count();

    /** Bytes that are left. */
    int remainingBytes();

    /** Commits. */
    long commit();

    /** Aborts. */
    void abort();
}
