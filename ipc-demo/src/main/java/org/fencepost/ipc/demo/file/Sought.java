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
        return text(argument).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * An argument that is text.
     *
     * @throws IllegalArgumentException if it is not what was typed: bytes that are no text have all become the same
     */
    public static String text(final String argument) {
        if (argument.indexOf(UNDECODED) >= 0) {
            throw new IllegalArgumentException("expected a text of UTF-8, found other bytes; --hex takes them");
        }
        return argument;
    }
}
