package org.fencepost.ipc.tests.peer;

import java.io.Serializable;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.Header;

/**
 * A message as a handler saw it.
 *
 * @param typeId      of the publisher's choice.
 * @param payload     a copy of the bytes.
 * @param position    end of its frame.
 * @param publisherId slot of who published it.
 * @param timestamp   of its commit.
 * @param batchIndex  its place in its batch.
 * @param batchCount  messages of its batch.
 * @param polledAt    position of the subscriber while the handler ran.
 */
public record Received(
    int typeId,
    byte[] payload,
    long position,
    int publisherId,
    long timestamp,
    int batchIndex,
    int batchCount,
    long polledAt) implements Serializable {

    /** Copies what a handler is given. */
    public static Received of(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final Header header,
        final long polledAt) {
        final byte[] payload = new byte[length];
        buffer.getBytes(offset, payload);
        return new Received(
            header.typeId(),
            payload,
            header.position(),
            header.publisherId(),
            header.timestamp(),
            header.batchIndex(),
            header.batchCount(),
            polledAt);
    }
}
