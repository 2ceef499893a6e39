package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fencepost.ipc.Header;

/** Every message that was ever to be published, and what must be true of those that arrive. */
final class Ledger {
    private static final int ID_BYTES = Long.BYTES;

    private final Simulation simulation;
    private final List<Message> messages = new ArrayList<>();

    /** How far a message has got. */
    enum State { OPEN, GIVEN_UP, PUBLISHING, PUBLISHED }

    /** One message; its position is known once it is published. */
    static final class Message {
        final int typeId;
        final byte[] payload;
        final int publisherId;
        State state = State.OPEN;
        long position;
        int batchIndex;
        int batchCount = 1;

        private Message(final int typeId, final byte[] payload, final int publisherId) {
            this.typeId = typeId;
            this.payload = payload;
            this.publisherId = publisherId;
        }
    }

    Ledger(final Simulation simulation) {
        this.simulation = simulation;
    }

    /** A new message, of this many bytes more than its number takes. */
    Message message(final int publisherId, final int moreBytes) {
        final byte[] payload = new byte[ID_BYTES + moreBytes];
        final int id = messages.size();
        Arrays.fill(payload, (byte) (id | 0x80));
        for (int i = 0; i < ID_BYTES; i++) {
            payload[i] = (byte) ((long) id >>> Byte.SIZE * i);
        }
        final Message message = new Message(id + 1, payload, publisherId);
        messages.add(message);
        return message;
    }

    /** What one subscriber is given, from a position on. */
    final class Reading {
        private final String name;
        private final long from;
        private final Set<Message> seen = new HashSet<>();
        private long lastPosition;
        private int lastIndex;

        Reading(final String name, final long from) {
            this.name = name;
            this.from = from;
        }

        /** A message has arrived and is consumed. */
        void delivered(final byte[] payload, final int typeId, final Header header) {
            final Message message = find(payload);
            if (message.state == State.OPEN || message.state == State.GIVEN_UP) {
                throw failure("was given a message that is " + message.state);
            }
            if (!Arrays.equals(message.payload, payload) || message.typeId != typeId
                || message.publisherId != header.publisherId()
                || message.batchIndex != header.batchIndex()
                || message.batchCount != header.batchCount()
                || message.state == State.PUBLISHED && message.position != header.position()) {
                throw failure("was given something else than message " + (message.typeId - 1)
                    + " at " + header.position());
            }
            if (header.position() < lastPosition
                || header.position() == lastPosition && header.batchIndex() <= lastIndex) {
                throw failure("was given " + header.position() + " after " + lastPosition);
            }
            lastPosition = header.position();
            lastIndex = header.batchIndex();
            seen.add(message);
        }

        /** All up to here has been consumed. */
        void reached(final long position) {
            for (final Message message : messages) {
                if (message.state == State.PUBLISHED && message.position > from
                    && message.position <= position && !seen.contains(message)) {
                    throw failure("began at " + from + ", came to " + position
                        + " and never saw the message published at " + message.position);
                }
            }
        }

        private Message find(final byte[] payload) {
            long id = 0;
            for (int i = 0; i < Math.min(ID_BYTES, payload.length); i++) {
                id |= (payload[i] & 0xffL) << Byte.SIZE * i;
            }
            if (payload.length < ID_BYTES || id < 0 || id >= messages.size()) {
                throw failure("was given " + Arrays.toString(payload) + ", which nobody sent");
            }
            return messages.get((int) id);
        }

        private SimulationFailure failure(final String what) {
            return simulation.failure(name + ' ' + what, null);
        }
    }
}
