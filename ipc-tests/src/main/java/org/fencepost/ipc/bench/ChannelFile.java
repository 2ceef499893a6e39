package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A {@link FileChannel} and a direct buffer. Replaces into a new file. */
final class ChannelFile implements FileMeans {
    private static final int BUFFER_RECORDS = BUFFER_BYTES / RECORD_BYTES;

    @Override
    public String name() {
        return "FileChannel";
    }

    @Override
    public void write(final Path file, final int records, final boolean durable)
        throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (FileChannel channel = create(file)) {
            for (int number = 0; number < records; number++) {
                FileMeans.fill(record, number);
                buffer.put(record);
                if (!buffer.hasRemaining()) {
                    drain(buffer, channel);
                    if (durable && channel.position() % SYNC_BYTES == 0) {
                        channel.force(false);
                    }
                }
            }
            drain(buffer, channel);
            if (durable) {
                channel.force(false);
            }
        }
    }

    private static FileChannel create(final Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    private static void drain(final ByteBuffer buffer, final FileChannel channel)
        throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    /** Fills the buffer with as many records as there are, and it has room for. */
    private static int fill(final ByteBuffer buffer, final FileChannel channel)
        throws IOException {
        buffer.clear();
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
            read = channel.read(buffer);
        }
        buffer.flip();
        return buffer.limit() / RECORD_BYTES;
    }

    @Override
    public long read(final Path file, final int records) throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long sum = 0;
        try (FileChannel channel = FileChannel.open(file)) {
            for (int count = fill(buffer, channel); count > 0; count = fill(buffer, channel)) {
                for (int i = 0; i < count; i++) {
                    buffer.get(record);
                    sum += FileMeans.sum(record, 0);
                }
            }
        }
        return sum;
    }

    @Override
    public long readAt(final Path file, final int[] numbers) throws IOException {
        final byte[] record = new byte[RECORD_BYTES];
        final ByteBuffer buffer = ByteBuffer.allocateDirect(RECORD_BYTES);
        long sum = 0;
        try (FileChannel channel = FileChannel.open(file)) {
            for (final int number : numbers) {
                buffer.clear();
                channel.read(buffer, (long) number * RECORD_BYTES);
                buffer.flip().get(record);
                sum += FileMeans.sum(record, 0);
            }
        }
        return sum;
    }

    @Override
    public long search(final Path file, final int records) throws IOException {
        final byte[] block = new byte[BUFFER_BYTES];
        final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long found = 0;
        try (FileChannel channel = FileChannel.open(file)) {
            for (int count = fill(buffer, channel); count > 0; count = fill(buffer, channel)) {
                buffer.get(block, 0, count * RECORD_BYTES);
                for (int i = 0; i < count; i++) {
                    found += FileMeans.markIn(block, i * RECORD_BYTES) < 0 ? 0 : 1;
                }
            }
        }
        return found;
    }

    @Override
    public long replace(final Path file, final int records, final boolean durable)
        throws IOException {
        final Path replaced = file.resolveSibling("replaced");
        final byte[] block = new byte[BUFFER_RECORDS * RECORD_BYTES];
        final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long found = 0;
        try (FileChannel in = FileChannel.open(file); FileChannel out = create(replaced)) {
            for (int count = fill(buffer, in); count > 0; count = fill(buffer, in)) {
                buffer.get(block, 0, count * RECORD_BYTES);
                for (int i = 0; i < count; i++) {
                    final int mark = FileMeans.markIn(block, i * RECORD_BYTES);
                    if (mark >= 0) {
                        System.arraycopy(REPLACEMENT, 0, block, mark, REPLACEMENT.length);
                        found++;
                    }
                }
                buffer.clear().put(block, 0, count * RECORD_BYTES);
                drain(buffer, out);
            }
            if (durable) {
                out.force(false);
            }
        }
        Files.move(replaced, file, StandardCopyOption.ATOMIC_MOVE);
        return found;
    }
}
