package org.fencepost.ipc.demo;

import org.agrona.DirectBuffer;

/** What a consumer has seen of one producer. */
final class ReceivedStream {
    /**
     * What came of it.
     *
     * @param received   messages.
     * @param outOfOrder messages that did not carry the number after their predecessor's; a gap, a
     *                   repetition or a swap gives at least one.
     * @param sha256     over their texts, see {@link TextDigest}.
     */
    record Result(long received, long outOfOrder, String sha256) {
    }

    private final TextDigest digest = new TextDigest();
    private long received;
    private long outOfOrder;
    private long expectedSequence;

    /** Takes a message, complete with its header. */
    void add(final DirectBuffer buffer, final int offset, final int length) {
        final long sequence = DemoMessage.sequence(buffer, offset);
        if (sequence != expectedSequence) {
            outOfOrder++;
        }
        expectedSequence = sequence + 1;
        received++;
        digest.add(
            buffer, offset + DemoMessage.TEXT_OFFSET, length - DemoMessage.TEXT_OFFSET);
    }

    /** To be called once, at the end. */
    Result result() {
        return new Result(received, outOfOrder, digest.hex());
    }
}
