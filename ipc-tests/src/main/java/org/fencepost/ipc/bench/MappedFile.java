package org.fencepost.ipc.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file mapped as a whole, new ones at their full length. Replaces in place. */
final class MappedFile implements FileMeans {
    @Override
    public String name() {
        return "mapped memory";
    }

    private static MemorySegment map(
        final Path file, final int records, final boolean writable, final Arena arena)
        throws IOException {
        final StandardOpenOption[] options = writable
            ? new StandardOpenOption[] {
                StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE}
            : new StandardOpenOption[] {StandardOpenOption.READ};
        try (FileChannel channel = FileChannel.open(file, options)) {
            return channel.map(
                writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY,
                0, (long) records * RECORD_BYTES, arena);
        }
    }

    @Override
    public void write(final Path file, final int records, final boolean durable)
        throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mapped = map(file, records, true, arena);
            long synced = 0;
            for (int number = 0; number < records; number++) {
                FileMeans.fill(record, number);
                final long offset = (long) number * RECORD_BYTES;
                MemorySegment.copy(
                    record, 0, mapped, ValueLayout.JAVA_BYTE, offset, RECORD_BYTES);
                if (durable && (offset + RECORD_BYTES) % SYNC_BYTES == 0) {
                    mapped.asSlice(synced, offset + RECORD_BYTES - synced).force();
                    synced = offset + RECORD_BYTES;
                }
            }
            if (durable) {
                mapped.asSlice(synced).force();
            }
        }
    }

    private static long sum(final MemorySegment mapped, final int number) {
        final long offset = (long) number * RECORD_BYTES;
        return (mapped.get(ValueLayout.JAVA_BYTE, offset) & 0xFF)
            + 256L * (mapped.get(ValueLayout.JAVA_BYTE, offset + 1) & 0xFF)
            + 65536L * (mapped.get(ValueLayout.JAVA_BYTE, offset + 2) & 0xFF)
            + mapped.get(ValueLayout.JAVA_BYTE, offset + RECORD_BYTES - 1);
    }

    @Override
    public long read(final Path file, final int records) throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        long sum = 0;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mapped = map(file, records, false, arena);
            for (int number = 0; number < records; number++) {
                // All of the record, as the others do.
                MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, (long) number * RECORD_BYTES,
                    record, 0, RECORD_BYTES);
                sum += FileMeans.sum(record, 0);
            }
        }
        return sum;
    }

    @Override
    public long readAt(final Path file, final int[] numbers) throws IOException {
        long sum = 0;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mapped =
                map(file, (int) (file.toFile().length() / RECORD_BYTES), false, arena);
            for (final int number : numbers) {
                sum += sum(mapped, number);
            }
        }
        return sum;
    }

    private static long markIn(final MemorySegment mapped, final long offset) {
        final byte first = MARK[0];
        for (long i = offset; i <= offset + RECORD_BYTES - MARK.length; i++) {
            if (mapped.get(ValueLayout.JAVA_BYTE, i) == first && isMark(mapped, i)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isMark(final MemorySegment mapped, final long offset) {
        for (int i = 1; i < MARK.length; i++) {
            if (mapped.get(ValueLayout.JAVA_BYTE, offset + i) != MARK[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long search(final Path file, final int records) throws IOException {
        long found = 0;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mapped = map(file, records, false, arena);
            for (int number = 0; number < records; number++) {
                found += markIn(mapped, (long) number * RECORD_BYTES) < 0 ? 0 : 1;
            }
        }
        return found;
    }

    @Override
    public long replace(final Path file, final int records, final boolean durable)
        throws IOException {
        long found = 0;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mapped = map(file, records, true, arena);
            for (int number = 0; number < records; number++) {
                final long mark = markIn(mapped, (long) number * RECORD_BYTES);
                if (mark >= 0) {
                    MemorySegment.copy(REPLACEMENT, 0, mapped, ValueLayout.JAVA_BYTE, mark,
                        REPLACEMENT.length);
                    found++;
                }
            }
            if (durable) {
                mapped.force();
            }
        }
        return found;
    }
}
