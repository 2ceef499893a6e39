package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A window that leaves everything to another one, for those that change a part of it. */
class ForwardingWindow implements Window {
    private final Window window;

    ForwardingWindow(final Window window) {
        this.window = window;
    }

    @Override
    public long address(final int slot) {
        return window.address(slot);
    }

    @Override
    public void map(
        final int slot, final Path file, final long fileOffset, final boolean writable,
        final boolean prefault) throws IOException {
        window.map(slot, file, fileOffset, writable, prefault);
    }

    @Override
    public void hold(final int slot, final ByteBuffer content) throws IOException {
        window.hold(slot, content);
    }

    @Override
    public void close() {
        window.close();
    }
}
