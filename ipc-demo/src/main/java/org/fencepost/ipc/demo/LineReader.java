package org.fencepost.ipc.demo;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fencepost.ipc.os.Reason;

/**
 * The lines of some files, one after the other, as bytes. A line ends at a line feed, which is not
 * part of it, or at the end of its file. A line longer than the limit comes in pieces of the
 * limit's length and a rest. A file that cannot be read (any more) is passed over: it may have been
 * removed since it was found.
 */
final class LineReader implements Closeable {
    /**
     * A place in the input at which a piece begins.
     *
     * @param midLine whether the piece goes on with a line that was cut.
     */
    record Spot(int file, long offset, boolean midLine) {
        static final Spot START = new Spot(0, 0, false);
    }

    private static final int BUFFER_BYTES_INITIAL = 1 << 16;

    private final List<Path> files;
    private final int lengthMax;
    private byte[] buffer = new byte[BUFFER_BYTES_INITIAL];
    private SeekableByteChannel channel;
    private int file;
    /** Place in the file of the buffer's first byte. */
    private long bufferOffset;
    /** What has been read and not yet handed out: from start to limit. */
    private int start;
    private int limit;

    private int offset;
    private int length;
    private boolean cut;
    private boolean afterCut;
    private boolean lineBegins;

    /**
     * Begins at the first file.
     *
     * @param lengthMax longest piece, in bytes.
     */
    LineReader(final List<Path> files, final int lengthMax) {
        this.files = files;
        this.lengthMax = lengthMax;
    }

    /** Goes to a place that {@link #spot()} returned. */
    void seek(final Spot spot) {
        leaveFile();
        file = spot.file();
        bufferOffset = spot.offset();
        afterCut = spot.midLine();
    }

    /** Goes to the next piece. False at the end of the last file. */
    boolean next() {
        int scanned = start;
        while (true) {
            final int end = Math.min(limit, start + lengthMax + 1);
            while (scanned < end && buffer[scanned] != '\n') {
                scanned++;
            }
            if (scanned < end) {
                return piece(scanned - start, 1, false);
            }
            if (limit - start > lengthMax) {
                return piece(lengthMax, 0, true);
            }
            scanned -= start;
            if (!fill()) {
                if (limit > start) {
                    return piece(limit - start, 0, false);
                }
                if (file >= files.size()) {
                    return false;
                }
                leaveFile();
                file++;
                scanned = 0;
            }
            scanned += start;
        }
    }

    /** As {@link #next()}, and from the last file on to the first. */
    void nextRoundAndRound() {
        if (!next()) {
            seek(Spot.START);
            if (!next()) {
                throw new IllegalStateException("none of the " + files.size()
                    + " input files has a line left that can be read");
            }
        }
    }

    /** Array that holds the piece. */
    byte[] bytes() {
        return buffer;
    }

    /** Index of the piece's first byte in {@link #bytes()}. */
    int offset() {
        return offset;
    }

    /** Length of the piece, in bytes. */
    int length() {
        return length;
    }

    /** Whether the piece is the first one of a line that was too long for one piece. */
    boolean cutsLine() {
        return cut && lineBegins;
    }

    /** Whether the piece is the first one of its line, or the only one. */
    boolean beginsLine() {
        return lineBegins;
    }

    /** Where the piece begins. */
    Spot spot() {
        return new Spot(file, bufferOffset + offset, !lineBegins);
    }

    @Override
    public void close() {
        leaveFile();
    }

    private boolean piece(final int pieceLength, final int terminatorLength, final boolean isCut) {
        offset = start;
        length = pieceLength;
        start += pieceLength + terminatorLength;
        lineBegins = !afterCut;
        cut = isCut;
        afterCut = isCut;
        return true;
    }

    /** Reads on in the current file; false at its end. */
    private boolean fill() {
        if (file >= files.size()) {
            return false;
        }
        System.arraycopy(buffer, start, buffer, 0, limit - start);
        bufferOffset += start;
        limit -= start;
        start = 0;
        if (limit == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        try {
            if (channel == null) {
                channel = Files.newByteChannel(files.get(file));
                channel.position(bufferOffset);
            }
            final int count =
                channel.read(ByteBuffer.wrap(buffer, limit, buffer.length - limit));
            limit += Math.max(0, count);
            return count > 0;
        } catch (final IOException e) {
            return false;
        }
    }

    private void leaveFile() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (final IOException e) {
            throw new IllegalStateException("cannot close " + files.get(file) + ": " + Reason.of(e), e);
        } finally {
            channel = null;
            bufferOffset = 0;
            start = 0;
            limit = 0;
            afterCut = false;
        }
    }
}
