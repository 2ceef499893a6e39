package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A platform that tells which part of which file a sync has brought to the disk, when it has returned. */
public final class SyncRecordingPlatform extends ForwardingPlatform {
    private final Listener listener;
    private final NavigableMap<Long, Piece> pieces = new TreeMap<>();

    /** What is told. */
    public interface Listener {
        /** Bytes of a file are durable. */
        void synced(Path file, long offset, long lengthBytes);
    }

    private record Piece(Path file, long fileOffset) {
    }

    /** Around that platform. */
    public SyncRecordingPlatform(final Platform platform, final Listener listener) {
        super(platform);
        this.listener = listener;
    }

    @Override
    public Window reserve(final long slotBytes, final int slots) throws IOException {
        return new ForwardingWindow(platform.reserve(slotBytes, slots)) {
            @Override
            public void map(
                final int slot, final Path file, final long fileOffset, final boolean writable,
                final boolean prefault) throws IOException {
                super.map(slot, file, fileOffset, writable, prefault);
                pieces.put(address(slot), new Piece(file, fileOffset));
            }
        };
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        final int errno = platform.sync(address, lengthBytes);
        final Map.Entry<Long, Piece> piece = pieces.floorEntry(address);
        if (errno == 0) {
            listener.synced(piece.getValue().file(),
                piece.getValue().fileOffset() + address - piece.getKey(), lengthBytes);
        }
        return errno;
    }

    @Override
    public String name() {
        return "recording " + platform.name();
    }
}
