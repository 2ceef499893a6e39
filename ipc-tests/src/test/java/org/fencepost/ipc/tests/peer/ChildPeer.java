package org.fencepost.ipc.tests.peer;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import org.fencepost.ipc.tests.child.ChildJvm;

/**
 * Works in a child JVM. A call that is never answered, because the child crashed, fails with what
 * the child wrote.
 */
public final class ChildPeer implements AutoCloseable {
    private final ChildJvm child;
    private final ObjectOutputStream calls;
    private final ObjectInputStream outcomes;
    private final Peer peer;

    /** Starts the child. */
    public ChildPeer() {
        this(List.of());
    }

    /** Starts the child by way of a command that takes the JVM's command as its arguments. */
    public ChildPeer(final List<String> launcher) {
        child = ChildJvm.startRawUnder(launcher, ChildPeerMain.class);
        try {
            calls = new ObjectOutputStream(child.rawInput());
            calls.flush();
            outcomes = new ObjectInputStream(child.rawOutput());
        } catch (final IOException failure) {
            throw gone(failure);
        }
        peer = (Peer) proxy(new Wire.Reference(0, Peer.class));
    }

    /** The peer on the other side. */
    public Peer peer() {
        return peer;
    }

    /** Whether the child still runs. */
    public boolean isAlive() {
        return child.isAlive();
    }

    /** The child's process id, or that of the command that started it. */
    public long pid() {
        return child.pid();
    }

    /** Ends the child as {@code kill -9} does. */
    public void kill() {
        child.kill();
    }

    private Object proxy(final Wire.Reference reference) {
        final InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            if (method.getDeclaringClass() == Object.class) {
                throw new UnsupportedOperationException(method + " of a port");
            }
            return call(reference, method, arguments);
        };
        return Proxy.newProxyInstance(
            Port.class.getClassLoader(), new Class<?>[] {reference.type()}, handler);
    }

    private synchronized Object call(
        final Wire.Reference reference, final Method method, final Object[] arguments)
        throws Throwable {
        final Wire.Outcome outcome;
        try {
            calls.writeObject(new Wire.Call(
                reference.number(),
                method.getName(),
                arguments == null ? new Object[0] : arguments));
            calls.reset();
            calls.flush();
            outcome = (Wire.Outcome) outcomes.readObject();
        } catch (final IOException failure) {
            throw gone(failure);
        }
        if (outcome.failure() != null) {
            throw outcome.failure();
        }
        return outcome.value() instanceof Wire.Reference made ? proxy(made) : outcome.value();
    }

    private AssertionError gone(final IOException failure) {
        final int status = child.awaitExit(Duration.ofSeconds(30));
        return new AssertionError(
            child.describe("ended with status " + status + " in the middle of a call"), failure);
    }

    /** Ends the child. */
    @Override
    public void close() {
        child.close();
    }
}
