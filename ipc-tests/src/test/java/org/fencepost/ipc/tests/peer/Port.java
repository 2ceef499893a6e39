package org.fencepost.ipc.tests.peer;

/**
 * An object that may live in another process. Its methods take and return serializable values or
 * other ports; what they throw there is thrown here.
 */
public interface Port extends AutoCloseable {
    @Override
    void close();
}
