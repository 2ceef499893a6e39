package org.fencepost.ipc.log;

import org.fencepost.ipc.format.FrameFormat;

/**
 * Verifies the checksum of each frame before it is delivered. The bytes are checked in a private copy
 * and delivered where they are. One thread.
 */
public final class VerifyingReader extends ForwardingReader {
    private static final long NOWHERE = -1;

    private final Log log;
    private final InPlaceReader reader;
    private final FrameChecksum checksum;
    private long verified = NOWHERE;

    /** Verifies what the given reader finds, in a channel whose frames have checksums. */
    public VerifyingReader(final Log log, final InPlaceReader reader) {
        super(reader);
        this.log = log;
        this.reader = reader;
        this.checksum = new FrameChecksum(log.memory(), log.geometry());
    }

    /**
     * As in any reader.
     *
     * @throws org.fencepost.ipc.ChannelDamagedException if the frame is not what was published.
     */
    @Override
    public long peek() {
        final long word = super.peek();
        final long position = position();
        // A batch is looked at once for each of its messages.
        if (word != NOTHING && position != verified) {
            final long address = reader.frameAddress();
            if (!checksum.isRight(address, position, word, FrameFormat.length(word))) {
                throw log.damagedContent(position, address, checksum.of(
                    address, position, word, FrameFormat.length(word)));
            }
            verified = position;
        }
        return word;
    }

    @Override
    public void moveTo(final long position) {
        super.moveTo(position);
        verified = NOWHERE;
    }
}
