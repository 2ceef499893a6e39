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
 * @param durableOnly      whether it receives only what is on the disk.
 * @param verified         whether it verifies checksums.
 */
public record SubscriberSpec(
    SubscriberOptions.Start start,
    long position,
    boolean lossy,
    String name,
    boolean gatesWhileAbsent,
    boolean durableOnly,
    boolean verified) implements Serializable {

    /** At the oldest message. */
    public static SubscriberSpec earliest() {
        return new SubscriberSpec(SubscriberOptions.Start.EARLIEST, 0, false, "", false, false, false);
    }

    /** At the tail. */
    public static SubscriberSpec latest() {
        return new SubscriberSpec(SubscriberOptions.Start.LATEST, 0, false, "", false, false, false);
    }

    /** At a position. */
    public static SubscriberSpec from(final long position) {
        return new SubscriberSpec(
            SubscriberOptions.Start.POSITION, position, false, "", false, false, false);
    }

    /** The same, lossy. */
    public SubscriberSpec asLossy() {
        return new SubscriberSpec(
            start, position, true, name, gatesWhileAbsent, durableOnly, verified);
    }

    /** The same with a named cursor. */
    public SubscriberSpec named(final String cursor, final boolean gates) {
        return new SubscriberSpec(start, position, lossy, cursor, gates, durableOnly, verified);
    }

    /** The same for what is on the disk. */
    public SubscriberSpec asDurableOnly() {
        return new SubscriberSpec(
            start, position, lossy, name, gatesWhileAbsent, true, verified);
    }

    /** The same, verifying checksums. */
    public SubscriberSpec asVerified() {
        return new SubscriberSpec(
            start, position, lossy, name, gatesWhileAbsent, durableOnly, true);
    }

    /** What the library takes. */
    public SubscriberOptions options() {
        final SubscriberOptions options = switch (start) {
            case EARLIEST -> SubscriberOptions.earliest();
            case LATEST -> SubscriberOptions.latest();
            case POSITION -> SubscriberOptions.from(position);
        };
        final SubscriberOptions withLoss = lossy ? options.lossy() : options;
        final SubscriberOptions withName =
            name.isEmpty() ? withLoss : withLoss.named(name, gatesWhileAbsent);
        final SubscriberOptions durable = durableOnly ? withName.durableOnly() : withName;
        return verified ? durable.verified() : durable;
    }
}
