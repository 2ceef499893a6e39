package org.fencepost.ipc.demo.channel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a channel, as somebody changes them who has no business there.
 *
 * @param path of the channel.
 */
record DamagedFiles(Path path) {
    /** A word as it stands in a file. */
    static byte[] word(final long value) {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    void overwrite(final String file, final long offset, final byte... bytes) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(path.resolve(file).toFile(), "rw")) {
            access.seek(offset);
            access.write(bytes);
        }
    }

    /** Names and contents of all files. */
    byte[] everything() throws IOException {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (var files = Files.list(path)) {
            for (final Path file : files.sorted().toList()) {
                all.write(file.toString().getBytes(StandardCharsets.UTF_8));
                all.write(Files.readAllBytes(file));
            }
        }
        return all.toByteArray();
    }
}
