package org.fencepost.ipc.tests.sbe;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A way from an encoder to a decoder, without a copy that either of them could see.
 *
 * <p>Plain memory is one; a channel is another: the encoder gets the buffer of a claim, the decoder
 * is called inside the handler.
 */
interface Route extends AutoCloseable {
    /** Takes one message over; the encoder is called first, once, the decoder behind it, once. */
    void carry(Encoder encoder, Decoder decoder) throws Exception;

    @Override
    void close();

    /** Writes a message. */
    interface Encoder {
        /** Writes from index 0 on; returns the length. */
        int encode(MutableDirectBuffer buffer);
    }

    /** Reads the message. */
    interface Decoder {
        /** Reads from {@code offset} on; returns the length it found. */
        int decode(DirectBuffer buffer, int offset);
    }
}
