package org.fencepost.ipc.tests.peer;

/** See {@link org.fencepost.ipc.Claim}. */
public interface ClaimPort extends Port {
    /** What the attempt to claim returned. */
    long result();

    /** Length of the payload. */
    int length();

    /** Bytes that the claim's buffer gives access to. */
    int capacity();

    /** Writes bytes into the payload. */
    void put(int index, byte[] bytes);

    /** Commits. */
    long commit();

    /** Aborts. */
    void abort();
}
