package org.fencepost.ipc.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fencepost.ipc.buffer.MessageBuffer;

/** A file of messages of one length, one behind the other, in blocks that are there already. */
final class FileLog {
    /** What is written before the run, so that no block of it is new to the file system. */
    static final long PREPARED_BYTES = 256 << 20;

    private static final int PIECE_BYTES = 4096;
    private static final int BUFFER_BYTES = 64 * 1024;

    private FileLog() {
    }

    /** Opens a file of zeros that are on the disk. */
    static FileChannel prepare(final Path path) throws IOException {
        final FileChannel file = FileChannel.open(path,
            StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
        for (long at = 0; at < PREPARED_BYTES; at += PIECE_BYTES) {
            zeros.clear();
            writeAll(file, zeros, at);
        }
        file.force(true);
        return file;
    }

    static void writeAll(final FileChannel file, final ByteBuffer bytes, final long position)
        throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    /** Shows the messages below {@code end}. */
    static void readAll(final FileChannel file, final long end, final Checker checker)
        throws IOException {
        final int length = checker.lengthBytes();
        final ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER_BYTES / length * length);
        final MessageBuffer buffer = MessageBuffer.of(bytes);
        for (long at = 0; at < end; at += bytes.position()) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), end - at));
            while (bytes.hasRemaining()) {
                if (file.read(bytes, at + bytes.position()) < 0) {
                    throw new EOFException("at " + at);
                }
            }
            for (int offset = 0; offset < bytes.limit(); offset += length) {
                checker.onMessage(buffer, offset, length);
            }
        }
    }
}
