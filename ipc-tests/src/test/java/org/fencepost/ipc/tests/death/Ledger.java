package org.fencepost.ipc.tests.death;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * What a member says about itself in a file beside the channel, so that it is known when it is dead:
 * how many messages it has a position for, and how many it will have after the operation that it is
 * in; what it has received; where it died. Written by one thread.
 */
final class Ledger {
    private static final int ATTEMPTED = 0;
    private static final int REPORTED = 8;
    private static final int STEPS = 16;
    private static final int SLOT = 24;
    private static final int SEEN = 32;
    private static final int FROM = 40;
    private static final int PLACE = 64;
    private static final int ERROR = 1024;
    private static final int TEXT_MAX = 900;
    private static final int ENTRIES = 2048;
    private static final int BYTES = 16 * 4096;
    private static final int ENTRIES_MAX = (BYTES - ENTRIES) / Long.BYTES;
    private static final VarHandle WORD =
        MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MappedByteBuffer bytes;

    private Ledger(final Path file, final MappedByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** The ledger in this file, which is made if it is not there. */
    static Ledger at(final Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE,
            StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Ledger(file, channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES));
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Removes the file; what is open stays readable. */
    void remove() {
        try {
            Files.delete(file);
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Messages that there will be if the operation that begins now succeeds. */
    void attempt(final long messages) {
        WORD.setRelease(bytes, ATTEMPTED, messages);
    }

    /** Messages that operations have returned positions for. */
    void report(final long messages) {
        WORD.setRelease(bytes, REPORTED, messages);
    }

    long attempted() {
        return (long) WORD.getAcquire(bytes, ATTEMPTED);
    }

    long reported() {
        return (long) WORD.getAcquire(bytes, REPORTED);
    }

    /** Steps of a whole life. */
    void steps(final long steps) {
        WORD.setRelease(bytes, STEPS, steps);
    }

    long steps() {
        return (long) WORD.getAcquire(bytes, STEPS);
    }

    /** The publisher's slot + 1, or 0. */
    void slot(final long slot) {
        WORD.setRelease(bytes, SLOT, slot);
    }

    long slot() {
        return (long) WORD.getAcquire(bytes, SLOT);
    }

    /** Where a reader is to begin. */
    void from(final long position) {
        WORD.setRelease(bytes, FROM, position);
    }

    long from() {
        return (long) WORD.getAcquire(bytes, FROM);
    }

    /** Adds a message that a handler was called with. */
    void seen(final long entry) {
        final int count = (int) (long) WORD.getAcquire(bytes, SEEN);
        if (count < ENTRIES_MAX) {
            WORD.setRelease(bytes, ENTRIES + count * Long.BYTES, entry);
            WORD.setRelease(bytes, SEEN, count + 1L);
        }
    }

    long[] allSeen() {
        final long[] entries = new long[(int) (long) WORD.getAcquire(bytes, SEEN)];
        Arrays.setAll(entries, i -> (long) WORD.getAcquire(bytes, ENTRIES + i * Long.BYTES));
        return entries;
    }

    void place(final String text) {
        write(PLACE, text);
    }

    String place() {
        return read(PLACE);
    }

    void error(final String text) {
        write(ERROR, text);
    }

    String error() {
        return read(ERROR);
    }

    private void write(final int offset, final String text) {
        final byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        final int length = Math.min(encoded.length, TEXT_MAX);
        bytes.put(offset + Long.BYTES, encoded, 0, length);
        WORD.setRelease(bytes, offset, (long) length);
    }

    private String read(final int offset) {
        final ByteBuffer text = bytes.duplicate();
        final byte[] encoded = new byte[(int) (long) WORD.getAcquire(bytes, offset)];
        text.get(offset + Long.BYTES, encoded);
        return new String(encoded, StandardCharsets.UTF_8);
    }
}
