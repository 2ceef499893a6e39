package org.fencepost.ipc.demo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.agrona.DirectBuffer;

/**
 * SHA-256 over the texts of one producer's messages, in order. Each text goes in behind its length,
 * so that the same bytes divided otherwise give another digest. Producers and consumers use the
 * same class on what each of them has seen.
 */
final class TextDigest {
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SCRATCH_BYTES_INITIAL = 4096;

    private final MessageDigest digest;
    private byte[] scratch = new byte[SCRATCH_BYTES_INITIAL];

    TextDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    void add(final byte[] bytes, final int offset, final int length) {
        reserve(length);
        System.arraycopy(bytes, offset, scratch, Integer.BYTES, length);
        digest.update(scratch, 0, Integer.BYTES + length);
    }

    void add(final DirectBuffer buffer, final int offset, final int length) {
        reserve(length);
        buffer.getBytes(offset, scratch, Integer.BYTES, length);
        digest.update(scratch, 0, Integer.BYTES + length);
    }

    /** The digest in hexadecimal. Nothing can be added afterwards. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void reserve(final int length) {
        if (scratch.length < Integer.BYTES + length) {
            scratch = new byte[Math.max(2 * scratch.length, Integer.BYTES + length)];
        }
        INT.set(scratch, 0, length);
    }
}
