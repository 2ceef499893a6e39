package org.fencepost.ipc.tests.files;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Contents that carry their own length and checksum: length i64, CRC32C i64, then that many bytes.
 */
final class Sealed {
    private static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final int BODY_BYTES_MAX = 100_000;

    private Sealed() {
    }

    /** One of a size and content that the random numbers say. */
    static byte[] content(final Random random) {
        final byte[] body = new byte[random.nextInt(BODY_BYTES_MAX)];
        random.nextBytes(body);
        return ByteBuffer.allocate(HEADER_BYTES + body.length)
            .putLong(body.length).putLong(checksum(body, 0)).put(body).array();
    }

    /** What is wrong with it; empty if nothing is. */
    static String problem(final byte[] content) {
        if (content.length < HEADER_BYTES) {
            return "found " + content.length + " bytes, too few for a header";
        }
        final ByteBuffer header = ByteBuffer.wrap(content);
        if (header.getLong() != content.length - HEADER_BYTES) {
            return "expected " + header.getLong(0) + " bytes, found "
                + (content.length - HEADER_BYTES);
        }
        return header.getLong() == checksum(content, HEADER_BYTES) ? "" : "the checksum is wrong";
    }

    private static long checksum(final byte[] bytes, final int from) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return crc.getValue();
    }
}
