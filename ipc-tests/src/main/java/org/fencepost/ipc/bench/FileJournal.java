package org.fencepost.ipc.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * What one writes by hand: messages behind a length and perhaps a checksum, gathered in 64 KiB. What
 * is in there when the process dies is lost.
 */
final class FileJournal implements JournalContender {
    static final String CHECKED = "file-64k-checked";
    static final String PLAIN = "file-64k";

    private static final int BUFFER_BYTES = 64 * 1024;
    /** A length and a checksum. */
    private static final int HEADER_BYTES = 2 * Integer.BYTES;

    private final boolean checked;

    private FileJournal(final boolean checked) {
        this.checked = checked;
    }

    static FileJournal checked() {
        return new FileJournal(true);
    }

    static FileJournal plain() {
        return new FileJournal(false);
    }

    @Override
    public String name() {
        return checked ? CHECKED : PLAIN;
    }

    @Override
    public String settings() {
        return "FileChannel with a buffer of 64 KiB, " + (checked ? "CRC32C" : "no checksum")
            + " for each message";
    }

    @Override
    public Writer openWriter(final Path path, final Payload payload, final long messages)
        throws IOException {
        return new BufferedWriter(FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), payload);
    }

    @Override
    public Receiver openReader(final Path path, final Checker checker) throws IOException {
        return new BufferedReader(FileChannel.open(path, StandardOpenOption.READ), checker);
    }

    private static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private int checksum(final CRC32C crc, final ByteBuffer bytes, final int from, final int to) {
        if (!checked) {
            return 0;
        }
        final int position = bytes.position();
        final int limit = bytes.limit();
        crc.reset();
        crc.update(bytes.limit(to).position(from));
        bytes.limit(limit).position(position);
        return (int) crc.getValue();
    }

    private final class BufferedWriter implements Writer {
        private final FileChannel file;
        private final Payload payload;
        private final ByteBuffer bytes = newBuffer();
        private final MessageBuffer buffer = MessageBuffer.of(bytes);
        private final CRC32C crc = new CRC32C();

        BufferedWriter(final FileChannel file, final Payload payload) {
            this.file = file;
            this.payload = payload;
        }

        @Override
        public void append(final long sequence) throws IOException {
            final int length = payload.lengthBytes();
            if (bytes.remaining() < HEADER_BYTES + length) {
                flush();
            }
            final int start = bytes.position() + HEADER_BYTES;
            payload.write(buffer, start, sequence);
            bytes.putInt(length).putInt(checksum(crc, bytes, start, start + length));
            bytes.position(start + length);
        }

        @Override
        public void flush() throws IOException {
            bytes.flip();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            bytes.clear();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private final class BufferedReader implements Receiver {
        private final FileChannel file;
        private final Checker checker;
        private final ByteBuffer bytes = newBuffer().flip();
        private final MessageBuffer buffer;
        private final CRC32C crc = new CRC32C();

        BufferedReader(final FileChannel file, final Checker checker) {
            this.file = file;
            this.checker = checker;
            this.buffer = MessageBuffer.of(bytes.duplicate().clear());
        }

        @Override
        public int poll(final int limit) {
            try {
                int count = 0;
                while (count < limit && has(HEADER_BYTES)
                    && has(HEADER_BYTES + bytes.getInt(bytes.position()))) {
                    readOne();
                    count++;
                }
                return count;
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void readOne() throws IOException {
            final int length = bytes.getInt();
            final int expected = bytes.getInt();
            final int start = bytes.position();
            if (checksum(crc, bytes, start, start + length) != expected) {
                throw new MismatchException("a checksum is wrong");
            }
            checker.onMessage(buffer, start, length);
            bytes.position(start + length);
        }

        /** Whether so many bytes are there, after reading on if need be. */
        private boolean has(final int count) throws IOException {
            if (bytes.remaining() >= count) {
                return true;
            }
            bytes.compact();
            final int read = file.read(bytes);
            bytes.flip();
            if (read < 0 && bytes.hasRemaining()) {
                throw new EOFException("in the middle of a message");
            }
            return bytes.remaining() >= count;
        }

        @Override
        public void close() {
            try {
                file.close();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
