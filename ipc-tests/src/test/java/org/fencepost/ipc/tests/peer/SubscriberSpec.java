package org.fencepost.ipc.tests.peer;

import java.io.Serializable;
import org.fencepost.ipc.SubscriberOptions;

/**
 * Subscriber options that can travel to another process.
 *
 * @param start            where to begin.
 * @param position         to begin at, for {@link SubscriberOptions.Start#POSITION}.
 * @param lossy            whether publishers never wait for it.
 * @param name             of its cursor, or the empty string.
 * @param gatesWhileAbsent of a named cursor.
 */
public record SubscriberSpec(
    SubscriberOptions.Start start,
    long position,
    boolean lossy,
    String name,
    boolean gatesWhileAbsent) implements Serializable {

    /** At the oldest message. */
    public static SubscriberSpec earliest() {
        return new SubscriberSpec(SubscriberOptions.Start.EARLIEST, 0, false, "", false);
    }

    /** At the tail. */
    public static SubscriberSpec latest() {
        return new SubscriberSpec(SubscriberOptions.Start.LATEST, 0, false, "", false);
    }

    /** At a position. */
    public static SubscriberSpec from(final long position) {
        return new SubscriberSpec(SubscriberOptions.Start.POSITION, position, false, "", false);
    }

    /** The same, lossy. */
    public SubscriberSpec asLossy() {
        return new SubscriberSpec(start, position, true, name, gatesWhileAbsent);
    }

    /** The same with a named cursor. */
    public SubscriberSpec named(final String cursor, final boolean gates) {
        return new SubscriberSpec(start, position, lossy, cursor, gates);
    }

    /** What the library takes. */
    public SubscriberOptions options() {
        final SubscriberOptions options = switch (start) {
            case EARLIEST -> SubscriberOptions.earliest();
            case LATEST -> SubscriberOptions.latest();
            case POSITION -> SubscriberOptions.from(position);
        };
        final SubscriberOptions withLoss = lossy ? options.lossy() : options;
        return name.isEmpty() ? withLoss : withLoss.named(name, gatesWhileAbsent);
    }
}
