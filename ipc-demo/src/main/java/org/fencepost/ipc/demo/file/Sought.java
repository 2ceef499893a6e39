package org.fencepost.ipc.demo.file;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes that are given as text or in hexadecimal digits. */
public final class Sought {
    private static final char UNDECODED = '\uFFFD';

    private Sought() {
    }

    /**
     * The bytes of an argument.
     *
     * @throws IllegalArgumentException if it has none, or not those that were typed
     */
    public static byte[] bytes(final String argument, final boolean hexadecimal) {
        if (argument.isEmpty()) {
            throw new IllegalArgumentException("expected at least one byte, found none");
        }
        if (hexadecimal) {
            return HexFormat.of().parseHex(argument);
        }
        if (argument.indexOf(UNDECODED) >= 0) {
            throw new IllegalArgumentException(
                "not text in this locale; set one with UTF-8, or give the bytes with --hex");
        }
        return argument.getBytes(StandardCharsets.UTF_8);
    }
}
