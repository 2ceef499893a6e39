package org.fencepost.ipc.log;

import org.fencepost.ipc.buffer.ReadableBuffer;

/** A reader that asks more of a frame than the one behind it. One thread. */
abstract class ForwardingReader implements LogReader {
    private final LogReader reader;

    ForwardingReader(final LogReader reader) {
        this.reader = reader;
    }

    @Override
    public long peek() {
        return reader.peek();
    }

    @Override
    public final void advance() {
        reader.advance();
    }

    @Override
    public final long span() {
        return reader.span();
    }

    @Override
    public final ReadableBuffer buffer() {
        return reader.buffer();
    }

    @Override
    public final int payloadOffset() {
        return reader.payloadOffset();
    }

    @Override
    public final void hideBuffer() {
        reader.hideBuffer();
    }

    @Override
    public final long position() {
        return reader.position();
    }

    @Override
    public final void publishPosition(final long batchIndex) {
        reader.publishPosition(batchIndex);
    }

    @Override
    public final void beThorough() {
        reader.beThorough();
    }

    @Override
    public void moveTo(final long position) {
        reader.moveTo(position);
    }

    @Override
    public final long lostBytes() {
        return reader.lostBytes();
    }

    @Override
    public final void close() {
        reader.close();
    }
}
