package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;

/** The control file of a channel that nobody has open: read whole, changed here, written back whole. */
final class ControlFile {
    private final Path path;
    private final Platform platform;
    private final FileCalls calls;
    private final Geometry geometry;
    private ByteBuffer content;

    ControlFile(
        final Path path, final Platform platform, final FileCalls calls, final Geometry geometry) {
        this.path = path;
        this.platform = platform;
        this.calls = calls;
        this.geometry = geometry;
    }

    /** Reads it anew. */
    void read() throws IOException {
        content = read(path, ControlFormat.FILE_BYTES, calls);
    }

    /** Reads it anew; whether its words are of this life, so that members may be there. */
    boolean isSameLife() throws IOException {
        read();
        return life().isSame(lifeOfNow());
    }

    /** The life of which the words are. */
    Life life() {
        return Life.read(content);
    }

    /** Makes the words ones of that life. */
    void life(final Life life) {
        life.write(content);
    }

    /** The life of now. */
    Life lifeOfNow() throws IOException {
        return Life.of(path, calls, platform.bootId());
    }

    long word(final int offset) {
        return content.getLong(offset);
    }

    void word(final int offset, final long value) {
        content.putLong(offset, value);
    }

    /** A word that is a position, a multiple of {@code step}, without some bits of it; throws if it is none. */
    long position(final String word, final int offset, final long maskedBits, final long step) {
        final long value = content.getLong(offset) & ~maskedBits;
        if (value < geometry.startPosition() || value > ControlFormat.POSITION_MAX
            || value % step != 0) {
            throw new ChannelDamagedException(path,
                path + ": wrong " + word + ": expected a multiple of " + step + " from "
                    + geometry.startPosition() + " on, found " + value + "; nothing was changed");
        }
        return value;
    }

    /**
     * Positions behind the end may be used again, although nothing is found there now: somebody may have
     * read what was never written to the disk. False if whoever was stopped in here has begun it.
     */
    boolean beginEpoch(final long end) {
        if (hasBegun(end)) {
            return false;
        }
        word(ControlFormat.EPOCH_OFFSET, word(ControlFormat.EPOCH_OFFSET) + 1);
        word(ControlFormat.CUT_OFFSET, end + 1);
        return true;
    }

    /** Whether a sync has failed. */
    boolean hasFailedSync() {
        return (word(ControlFormat.DURABLE_OFFSET) & ControlFormat.DURABLE_FAILED_MASK) != 0;
    }

    /** Whether a sync has failed for somebody who died before it was marked; whoever syncs next marks it. */
    boolean hasFailedSyncUnmarked() {
        for (int slot = 0; slot < ControlFormat.SYNCS_MAX; slot++) {
            final int offset = ControlFormat.SYNC_SLOTS_OFFSET + slot * ControlFormat.SYNC_SLOT_BYTES;
            if (word(offset + ControlFormat.SYNC_TO_OFFSET) != 0
                && word(offset + ControlFormat.SYNC_ERRNO_OFFSET) != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a sync has not ended well, as far as this says: its error may have been reported to somebody who has died,
     * and what it was to write be in the cache alone, and clean.
     */
    boolean hasSyncInDoubt() {
        for (int slot = 0; slot < ControlFormat.SYNCS_MAX; slot++) {
            if (word(ControlFormat.SYNC_SLOTS_OFFSET + slot * ControlFormat.SYNC_SLOT_BYTES
                + ControlFormat.SYNC_TO_OFFSET) != 0) {
                return true;
            }
        }
        return word(ControlFormat.SUSPECT_OFFSET) > word(ControlFormat.DURABLE_OFFSET);
    }

    /** Whether somebody has begun to end the log there, and was stopped. */
    boolean hasBegun(final long end) {
        return word(ControlFormat.CUT_OFFSET) == end + 1;
    }

    /**
     * The words of a log that nobody has joined; epoch, earliest and what was changed of the retention stay.
     *
     * @param end     where it ends.
     * @param durable everything below is on the disk.
     * @param ready   everything from the end up to here can be claimed.
     */
    void reset(final long end, final long durable, final long ready) {
        final long earliest = word(ControlFormat.EARLIEST_OFFSET);
        final long epoch = word(ControlFormat.EPOCH_OFFSET);
        final long changedBytes = word(ControlFormat.CHANGED_BYTES_OFFSET);
        final long changedNanos = word(ControlFormat.CHANGED_NANOS_OFFSET);
        for (int at = FileHeader.PAGE_BYTES; at < ControlFormat.FILE_BYTES; at += Long.BYTES) {
            word(at, 0);
        }
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            word(ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES
                + ControlFormat.SLOT_START_OFFSET, ControlFormat.START_NONE);
        }
        word(ControlFormat.TAIL_OFFSET, end);
        word(ControlFormat.READY_OFFSET, ready);
        word(ControlFormat.CLEARING_OFFSET, ready);
        word(ControlFormat.DURABLE_OFFSET, durable);
        word(ControlFormat.EARLIEST_OFFSET, earliest);
        word(ControlFormat.EPOCH_OFFSET, epoch);
        word(ControlFormat.CHANGED_BYTES_OFFSET, changedBytes);
        word(ControlFormat.CHANGED_NANOS_OFFSET, changedNanos);
    }

    /** Writes everything behind the identity, which never changes, and syncs it. */
    void write() throws IOException {
        write(path, content, calls);
    }

    /** All of it. */
    ByteBuffer content() {
        return content.rewind();
    }

    /** The first bytes of a file. */
    static ByteBuffer read(final Path file, final int bytes, final FileCalls calls)
        throws IOException {
        final ByteBuffer content = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try (FileHandle handle = calls.open(file, false)) {
            readFully(handle, content, 0);
        }
        return content;
    }

    /** Writes the content of a file behind its first page, and syncs it. */
    static void write(final Path file, final ByteBuffer content, final FileCalls calls)
        throws IOException {
        try (FileHandle handle = calls.open(file, true)) {
            content.position(FileHeader.PAGE_BYTES).limit(content.capacity());
            Temporary.write(handle, content, FileHeader.PAGE_BYTES);
            handle.sync();
        } finally {
            content.clear();
        }
    }

    /** Fills the buffer from its position on. */
    static void readFully(
        final FileHandle handle, final ByteBuffer target, final long offset) throws IOException {
        final int start = target.position();
        while (target.hasRemaining()) {
            if (handle.read(target, offset + target.position() - start) < 0) {
                throw new IOException("the file ends at " + (offset + target.position() - start)
                    + ", expected " + target.remaining() + " bytes more");
            }
        }
    }
}
