package org.fencepost.ipc;

import java.nio.charset.StandardCharsets;
import org.fencepost.ipc.format.CursorsFormat;

/** Where a subscriber begins and whether publishers wait for it. Immutable. */
public final class SubscriberOptions {
    /** Longest name of a cursor, in bytes of UTF-8. */
    public static final int NAME_BYTES_MAX = CursorsFormat.NAME_BYTES_MAX;

    private static final String NO_NAME = "";

    /** Where a subscriber begins. */
    public enum Start {
        /** At the oldest message that is kept. */
        EARLIEST,
        /** At the tail: the next message to be published. */
        LATEST,
        /** At {@link SubscriberOptions#position()}. */
        POSITION
    }

    private final Start start;
    private final long position;
    private final boolean lossy;
    private final String name;
    private final boolean gatesWhileAbsent;
    private final boolean durableOnly;
    private final boolean verified;

    private SubscriberOptions(
        final Start start,
        final long position,
        final boolean lossy,
        final String name,
        final boolean gatesWhileAbsent,
        final boolean durableOnly,
        final boolean verified) {
        this.start = start;
        this.position = position;
        this.lossy = lossy;
        this.name = name;
        this.gatesWhileAbsent = gatesWhileAbsent;
        this.durableOnly = durableOnly;
        this.verified = verified;
    }

    /** Begin at the oldest message that is kept; gating. */
    public static SubscriberOptions earliest() {
        return new SubscriberOptions(Start.EARLIEST, 0, false, NO_NAME, false, false, false);
    }

    /** Begin with the next message to be published; gating. */
    public static SubscriberOptions latest() {
        return new SubscriberOptions(Start.LATEST, 0, false, NO_NAME, false, false, false);
    }

    /**
     * Begin with the message that starts at {@code position}; gating. That is where the one before it ends, what
     * {@link Channel#positionAtOrAfter} found, or the start of any segment that is kept, a multiple of
     * {@link ChannelOptions#segmentBytes}: to see the last messages of a long journal, begin at that of the tail or
     * at the one before.
     *
     * @throws IllegalArgumentException if it is negative.
     */
    public static SubscriberOptions from(final long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position must not be negative, but is " + position);
        }
        return new SubscriberOptions(Start.POSITION, position, false, NO_NAME, false, false, false);
    }

    /**
     * The same, lossy: publishers never wait for it. In a ring each message is copied before the
     * handler sees it, and one that falls behind by more than the ring goes on at the oldest message
     * that is kept; {@link Subscriber#lostBytes()} says what it missed. In a journal that removes its oldest
     * segments one that comes to a removed one, or waits for a claim in it, is told so by a
     * {@link PositionException}, and may seek.
     *
     * @throws IllegalArgumentException for a named cursor.
     */
    public SubscriberOptions lossy() {
        if (isNamed()) {
            throw new IllegalArgumentException("a named cursor cannot be lossy: " + name);
        }
        return new SubscriberOptions(
            start, position, true, NO_NAME, false, durableOnly, verified);
    }

    /**
     * The same with a cursor that is kept in the channel under {@code name}. If it exists, the
     * subscriber goes on where the last one of that name stopped, whatever the start says. One
     * subscriber at a time may hold it. It stays until {@link Channel#removeCursor}.
     *
     * <p>It moves when a poll ends. If its owner is killed in one, the next owner is given again what that poll had
     * delivered, at most as many messages as its limit; one at most if a {@link ControlledMessageHandler} answers
     * {@link ControlledMessageHandler.Action#COMMIT} each time. After a loss of power it may stand further back.
     * Whoever must do nothing twice keeps {@link Header#position} of the last message, and in a batch
     * {@link Header#batchIndex}, together with what it did, and passes over all up to there.
     *
     * @param name             1 to {@link #NAME_BYTES_MAX} bytes of UTF-8.
     * @param gatesWhileAbsent whether a ring's publishers, or a journal's {@linkplain
     *                         ChannelOptions#withRetentionBytes retention}, wait for it while no subscriber has it;
     *                         what its last owner said counts. If not, {@link Subscriber#lostBytes} tells the next
     *                         owner how much was taken away.
     * @throws IllegalArgumentException if the name is too short or too long, half of a surrogate pair is missing
     *                                  in it, or this is lossy.
     */
    public SubscriberOptions named(final String name, final boolean gatesWhileAbsent) {
        final int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes < 1 || nameBytes > NAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                "a cursor's name has 1 to " + NAME_BYTES_MAX + " bytes, this one " + nameBytes);
        }
        // Another character would stand in its place, and two names be one.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException(
                "a cursor's name is text: half of a surrogate pair is missing in '" + name + "'");
        }
        if (lossy) {
            throw new IllegalArgumentException("a named cursor cannot be lossy: " + name);
        }
        return new SubscriberOptions(
            start, position, false, name, gatesWhileAbsent, durableOnly, verified);
    }

    /**
     * The same, of a journal, and for messages that are on the disk only: each is delivered when
     * {@link Channel#durablePosition} has reached its end. It makes nothing durable itself. When a sync has
     * failed and everything that is durable was delivered, polling throws the {@link SyncFailedException}.
     */
    public SubscriberOptions durableOnly() {
        return new SubscriberOptions(
            start, position, lossy, name, gatesWhileAbsent, true, verified);
    }

    /**
     * The same, of a channel with checksums, and for intact messages only: polling throws a
     * {@link ChannelDamagedException} at a frame whose checksum is wrong. Costs a pass over its bytes.
     */
    public SubscriberOptions verified() {
        return new SubscriberOptions(
            start, position, lossy, name, gatesWhileAbsent, durableOnly, true);
    }

    /** Where to begin. */
    public Start start() {
        return start;
    }

    /** The position to begin at, for {@link Start#POSITION}. */
    public long position() {
        return position;
    }

    /** Whether it is lossy; otherwise it gates. */
    public boolean isLossy() {
        return lossy;
    }

    /** Whether its cursor has a name. */
    public boolean isNamed() {
        return !name.isEmpty();
    }

    /** The cursor's name, or the empty string. */
    public String name() {
        return name;
    }

    /** Whether a named cursor holds publishers back while nobody has it. */
    public boolean gatesWhileAbsent() {
        return gatesWhileAbsent;
    }

    /** Whether it receives only what is on the disk. */
    public boolean isDurableOnly() {
        return durableOnly;
    }

    /** Whether it verifies checksums. */
    public boolean isVerified() {
        return verified;
    }
}
