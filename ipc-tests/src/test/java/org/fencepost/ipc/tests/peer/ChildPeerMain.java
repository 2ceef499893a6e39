package org.fencepost.ipc.tests.peer;

import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

/** Does in a child what its parent's {@link ChildPeer} says, one call after the other. */
public final class ChildPeerMain {
    private final Map<Integer, Port> ports = new HashMap<>();

    private ChildPeerMain() {
        ports.put(0, new LocalPeer());
    }

    /** Serves until its standard input ends. */
    public static void main(final String[] arguments) throws Exception {
        final ObjectOutputStream replies = new ObjectOutputStream(System.out);
        replies.flush();
        // The library and its logging must not write between two replies.
        System.setOut(System.err);
        final ObjectInputStream calls = new ObjectInputStream(System.in);
        final ChildPeerMain peer = new ChildPeerMain();
        while (true) {
            final Wire.Call call;
            try {
                call = (Wire.Call) calls.readObject();
            } catch (final EOFException end) {
                return;
            }
            reply(replies, peer.perform(call));
        }
    }

    private static void reply(final ObjectOutputStream replies, final Wire.Outcome outcome)
        throws IOException {
        replies.writeObject(outcome);
        replies.reset();
        replies.flush();
    }

    private Wire.Outcome perform(final Wire.Call call) {
        try {
            final Port port = ports.get(call.port());
            final Object value = method(port, call).invoke(port, call.arguments());
            return new Wire.Outcome(value instanceof Port made ? keep(made) : value, null);
        } catch (final InvocationTargetException failure) {
            return new Wire.Outcome(null, failure.getCause());
        } catch (final IllegalAccessException failure) {
            return new Wire.Outcome(null, failure);
        }
    }

    private Wire.Reference keep(final Port made) {
        final int number = ports.size();
        ports.put(number, made);
        return new Wire.Reference(number, portType(made));
    }

    private static Class<?> portType(final Port port) {
        return port.getClass().getInterfaces()[0];
    }

    private static Method method(final Port port, final Wire.Call call) {
        for (final Method method : portType(port).getMethods()) {
            if (method.getName().equals(call.method())
                && method.getParameterCount() == call.arguments().length) {
                return method;
            }
        }
        throw new AssertionError(portType(port) + " has no " + call.method());
    }
}
