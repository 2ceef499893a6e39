package org.fencepost.ipc.tests.peer;

import java.io.Serializable;

/** What travels between a test and its child. */
final class Wire {
    private Wire() {
    }

    /**
     * A method to call.
     *
     * @param port      number of the object; 0 is the peer.
     * @param method    its name, which is unique in its interface together with the argument count.
     * @param arguments serializable.
     */
    record Call(int port, String method, Object[] arguments) implements Serializable {
    }

    /**
     * A port that stays where it is.
     *
     * @param number of the object.
     * @param type   its interface.
     */
    record Reference(int number, Class<?> type) implements Serializable {
    }

    /**
     * What came of a call.
     *
     * @param value   returned.
     * @param failure thrown, or null.
     */
    record Outcome(Object value, Throwable failure) implements Serializable {
    }
}
