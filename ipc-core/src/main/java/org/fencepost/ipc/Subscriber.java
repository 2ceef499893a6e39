package org.fencepost.ipc;

public final class Subscriber implements AutoCloseable {
    /** poll of a closed subscriber or channel. */
    public static final int CLOSED = -1;
    Subscriber() { }
    /** messages delivered, 0..limit, or CLOSED */
    public int poll(MessageHandler handler, int limit) { throw new UnsupportedOperationException(); }
    public int controlledPoll(ControlledMessageHandler handler, int limit) { throw new UnsupportedOperationException(); }
    public long position() { throw new UnsupportedOperationException(); }
    public void seek(long position) { throw new UnsupportedOperationException(); }
    public long lagBytes() { throw new UnsupportedOperationException(); }
    public long lostBytes() { throw new UnsupportedOperationException(); }
    public boolean isLossy() { throw new UnsupportedOperationException(); }
    public boolean isClosed() { throw new UnsupportedOperationException(); }
    @Override public void close() { throw new UnsupportedOperationException(); }
}
