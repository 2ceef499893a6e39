package org.fencepost.ipc.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of contents, as 64 lower-case hexadecimal digits. */
final class Sha256 {
    static final int BYTES = 32;
    static final int DIGITS = 2 * BYTES;

    private Sha256() {
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    static String of(final byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }
}
