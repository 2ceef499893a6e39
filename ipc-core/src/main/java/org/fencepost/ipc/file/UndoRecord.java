package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What is needed to undo or to complete a replacement in place. In the file, little-endian:
 *
 * <pre>
 *   0  magic      8 bytes, "FPUNDO01"
 *   8  file size  i64
 *  16  length     i32, of the old bytes and of the new ones
 *  20  places     i32
 *  24  old bytes, new bytes, then each place as i64
 *      SHA-256 of all before, 32 bytes
 * </pre>
 *
 * @param sizeBytes of the file that is changed
 * @param oldBytes  that were at every place
 * @param newBytes  that are to be there
 * @param places    where, in order, without overlap
 */
record UndoRecord(long sizeBytes, byte[] oldBytes, byte[] newBytes, long[] places) {
    /** Most places of one change. */
    static final int PLACES_MAX = 16 << 20;

    private static final long MAGIC = 0x3130_4f44_4e55_5046L;
    private static final int SIZE_OFFSET = Long.BYTES;
    private static final int LENGTH_OFFSET = SIZE_OFFSET + Long.BYTES;
    private static final int PLACES_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    private static final int OLD_OFFSET = PLACES_OFFSET + Integer.BYTES;

    private static long lengthBytes(final long length, final long places) {
        return OLD_OFFSET + 2 * length + places * Long.BYTES + Sha256.BYTES;
    }

    byte[] encode() {
        final ByteBuffer bytes = ByteBuffer.allocate(
            Math.toIntExact(lengthBytes(oldBytes.length, places.length)))
            .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC).putLong(sizeBytes).putInt(oldBytes.length).putInt(places.length)
            .put(oldBytes).put(newBytes);
        for (final long place : places) {
            bytes.putLong(place);
        }
        final MessageDigest digest = Sha256.digest();
        digest.update(bytes.array(), 0, bytes.position());
        return bytes.put(digest.digest()).array();
    }

    /**
     * The record that a file holds.
     *
     * @throws IOException if it is none
     */
    static UndoRecord decode(final Path file, final byte[] content) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < OLD_OFFSET + Sha256.BYTES || bytes.getLong(0) != MAGIC) {
            throw damaged(file, "expected an undo record, found something else");
        }
        final int length = bytes.getInt(LENGTH_OFFSET);
        final int count = bytes.getInt(PLACES_OFFSET);
        if (length <= 0 || count < 0 || lengthBytes(length, count) != content.length) {
            throw damaged(file, "expected an undo record of " + length + " bytes at " + count
                + " places, found " + content.length + " bytes in all");
        }
        final MessageDigest digest = Sha256.digest();
        digest.update(content, 0, content.length - Sha256.BYTES);
        if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(
            content, content.length - Sha256.BYTES, content.length))) {
            throw damaged(file, "expected an undo record, found one whose checksum is wrong");
        }
        final byte[] oldBytes = Arrays.copyOfRange(content, OLD_OFFSET, OLD_OFFSET + length);
        final byte[] newBytes =
            Arrays.copyOfRange(content, OLD_OFFSET + length, OLD_OFFSET + 2 * length);
        final long[] places = new long[count];
        for (int i = 0; i < count; i++) {
            places[i] = bytes.getLong(OLD_OFFSET + 2 * length + i * Long.BYTES);
        }
        return new UndoRecord(bytes.getLong(SIZE_OFFSET), oldBytes, newBytes, places);
    }

    private static IOException damaged(final Path file, final String what) {
        return new FileSystemException(file.toString(), null,
            what + "; look at the guarded file, then remove this one to go on without it");
    }
}
