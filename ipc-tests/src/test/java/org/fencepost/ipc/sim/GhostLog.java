package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What really happened, kept outside of the simulated memory, and what must follow from it: every
 * claim is zero and nobody else's; whatever was published is delivered once, in order and whole;
 * nothing else is.
 */
final class GhostLog {
    private final Simulation simulation;
    private final TreeMap<Long, Claimed> claims = new TreeMap<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private int resolved;
    private long lastId;
    /** What the last owner of the named cursor was given. */
    private Delivery ofCursor;

    /** How far a claim has got. */
    enum State { OPEN, ABORTING, PUBLISHING, PUBLISHED }

    /** One claim. */
    static final class Claimed {
        final long start;
        final long end;
        final byte[] payload;
        /** Whose end without a commit leaves the bytes to the next, or null. */
        final SimulatedProcess exclusive;
        State state = State.OPEN;

        Claimed(
            final long start, final long end, final byte[] payload,
            final SimulatedProcess exclusive) {
            this.start = start;
            this.end = end;
            this.payload = payload;
            this.exclusive = exclusive;
        }
    }

    /** What one subscriber was given. */
    final class Delivery {
        private final String name;
        private final long from;
        private final TreeMap<Long, Claimed> seen = new TreeMap<>();
        private long lastStart = -1;

        private Delivery(final String name, final long from) {
            this.name = name;
            this.from = from;
        }

        /** A message was delivered. */
        void delivered(final long position, final byte[] payload) {
            final Claimed claim = claims.get(position);
            if (claim == null || claim.state == State.OPEN || claim.state == State.ABORTING) {
                throw failure("was given a message at " + position + ", where "
                    + (claim == null ? "nobody claimed" : "the claim is " + claim.state));
            }
            if (!Arrays.equals(claim.payload, payload)) {
                throw failure("was given " + hex(payload) + " at " + position + ", where "
                    + hex(claim.payload) + " was published");
            }
            if (position <= lastStart) {
                throw failure("was given " + position + " after " + lastStart);
            }
            lastStart = position;
            seen.put(position, claim);
        }

        /** It has passed over these bytes without a delivery. */
        void passedOver(final long begin, final long end) {
            for (final Claimed claim : claims.subMap(begin, end).values()) {
                if (claim.state == State.PUBLISHED) {
                    throw failure("passed over the message published at " + claim.start
                        + " when it went from " + begin + " to " + end);
                }
            }
        }

        /** It has read all up to here. */
        void reached(final long end) {
            for (final Claimed claim : claims.subMap(from, Math.max(from, end)).values()) {
                if (claim.state == State.PUBLISHED && !seen.containsKey(claim.start)) {
                    throw failure("began at " + from + ", came to " + end
                        + " and never saw the message published at " + claim.start);
                }
            }
        }

        private SimulationFailure failure(final String what) {
            return simulation.failure(name + ' ' + what, null);
        }
    }

    GhostLog(final Simulation simulation) {
        this.simulation = simulation;
    }

    /** A publisher has been given these bytes; {@code exclusive} is its process if it is alone. */
    Claimed claimed(
        final long start, final long end, final long address, final byte[] payload,
        final SimulatedProcess exclusive) {
        Map.Entry<Long, Claimed> before = claims.lowerEntry(end);
        while (before != null && before.getValue().end > start) {
            requireAbandoned(before.getValue(), start, end);
            claims.remove(before.getKey());
            before = claims.lowerEntry(end);
        }
        for (long at = 0; at < end - start; at += Long.BYTES) {
            final long word = simulation.memory().peek(address + at);
            if (word != 0) {
                throw simulation.failure("claim " + start + " to " + end + " holds 0x"
                    + Long.toHexString(word) + " at " + (start + at), null);
            }
        }
        final Claimed claim = new Claimed(start, end, payload, exclusive);
        claims.put(start, claim);
        return claim;
    }

    /** Its publisher, which lives or closes meanwhile, is about to resolve a claim. */
    void resolving(
        final Claimed claim, final long address, final State state, final boolean closing) {
        final long word = simulation.memory().peek(address);
        if (word != 0 && !closing) {
            throw simulation.failure("somebody put 0x" + Long.toHexString(word)
                + " over the live claim at " + claim.start, null);
        }
        claim.state = state;
        resolved++;
    }

    /** Whoever sees this has to be able to see the message. */
    void published(final Claimed claim) {
        claim.state = State.PUBLISHED;
    }

    /**
     * Somebody was shown this as an open claim; its end is its position if that was not known. What it
     * was shown may be over by now, but a claim like it was made: it cuts no other in two.
     */
    void shown(final long position, final long end) {
        final Claimed claim = claims.get(position);
        final Map.Entry<Long, Claimed> before = claims.lowerEntry(Math.max(end, position + 1));
        if (claim != null && end != position && claim.end != end
            || before != null && before.getKey() != position && before.getValue().end > position) {
            throw simulation.failure("a claim was shown from " + position + " to " + end
                + " where " + (claim == null ? before.getKey() : position) + " to "
                + (claim == null ? before.getValue().end : claim.end) + " was claimed", null);
        }
    }

    /** How many claims their publishers have resolved. */
    int resolved() {
        return resolved;
    }

    /** A number that no payload has had yet. */
    long nextId() {
        lastId++;
        return lastId;
    }

    /**
     * A new subscriber at a position.
     *
     * @param ofCursor whether it goes on where another one had stopped
     * @param lost     unless bytes were taken away in between, or it has chosen another place
     */
    Delivery delivery(
        final String name, final long from, final boolean ofCursor, final boolean lost) {
        final Delivery delivery = new Delivery(name, from);
        deliveries.add(delivery);
        if (ofCursor) {
            if (this.ofCursor != null && !lost) {
                // Whoever had the cursor before has seen all that this one will not.
                this.ofCursor.reached(from);
            }
            this.ofCursor = delivery;
        }
        return delivery;
    }

    /** An exclusive publisher that dies leaves no claim behind: what it wrote is zeroed. */
    private void requireAbandoned(final Claimed other, final long start, final long end) {
        boolean delivered = false;
        for (final Delivery delivery : deliveries) {
            delivered |= delivery.seen.containsValue(other);
        }
        if (other.exclusive == null || !other.exclusive.isGone() || other.state == State.PUBLISHED
            || delivered) {
            throw simulation.failure("claim " + start + " to " + end + " overlaps " + other.start
                + " to " + other.end + ", which is " + other.state, null);
        }
    }

    private static String hex(final byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
