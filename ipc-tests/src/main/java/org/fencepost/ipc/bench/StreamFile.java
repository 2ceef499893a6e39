package org.fencepost.ipc.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Buffered streams; {@link RandomAccessFile} where they cannot go. Replaces into a new file. */
final class StreamFile implements FileMeans {
    @Override
    public String name() {
        return "streams";
    }

    @Override
    public void write(final Path file, final int records, final boolean durable)
        throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        try (FileOutputStream out = new FileOutputStream(file.toFile());
            OutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES)) {
            for (int number = 0; number < records; number++) {
                FileMeans.fill(record, number);
                buffered.write(record);
                if (durable && (number + 1) % (SYNC_BYTES / RECORD_BYTES) == 0) {
                    sync(out, buffered);
                }
            }
            if (durable) {
                sync(out, buffered);
            }
        }
    }

    private static void sync(final FileOutputStream out, final OutputStream buffered)
        throws IOException {
        buffered.flush();
        out.getFD().sync();
    }

    @Override
    public long read(final Path file, final int records) throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        long sum = 0;
        try (InputStream in = buffered(file)) {
            for (int number = 0; number < records; number++) {
                in.readNBytes(record, 0, RECORD_BYTES);
                sum += FileMeans.sum(record, 0);
            }
        }
        return sum;
    }

    private static InputStream buffered(final Path file) throws IOException {
        return new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_BYTES);
    }

    @Override
    public long readAt(final Path file, final int[] numbers) throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        long sum = 0;
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            for (final int number : numbers) {
                in.seek((long) number * RECORD_BYTES);
                in.readFully(record);
                sum += FileMeans.sum(record, 0);
            }
        }
        return sum;
    }

    @Override
    public long search(final Path file, final int records) throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        long found = 0;
        try (InputStream in = buffered(file)) {
            for (int number = 0; number < records; number++) {
                in.readNBytes(record, 0, RECORD_BYTES);
                found += FileMeans.markIn(record, 0) < 0 ? 0 : 1;
            }
        }
        return found;
    }

    @Override
    public long replace(final Path file, final int records, final boolean durable)
        throws IOException {
        final Path replaced = file.resolveSibling("replaced");
        final byte[] record = new byte[RECORD_BYTES];
        long found = 0;
        try (InputStream in = buffered(file);
            FileOutputStream out = new FileOutputStream(replaced.toFile());
            OutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES)) {
            for (int number = 0; number < records; number++) {
                in.readNBytes(record, 0, RECORD_BYTES);
                final int mark = FileMeans.markIn(record, 0);
                if (mark >= 0) {
                    System.arraycopy(REPLACEMENT, 0, record, mark, REPLACEMENT.length);
                    found++;
                }
                buffered.write(record);
            }
            if (durable) {
                sync(out, buffered);
            }
        }
        Files.move(replaced, file, StandardCopyOption.ATOMIC_MOVE);
        return found;
    }
}
