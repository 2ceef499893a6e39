package org.fencepost.ipc.demo.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text in UTF-8, where what is none must not become another one. */
final class Utf8 {
    private static final VarHandle LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {
    }

    /** Whether so many bytes are a text. */
    static boolean isText(final byte[] bytes, final int offset, final int length) {
        final int end = offset + length;
        int plain = offset;
        while (plain <= end - Long.BYTES && ((long) LONG.get(bytes, plain) & HIGHEST_BITS) == 0) {
            plain += Long.BYTES;
        }
        while (plain < end && bytes[plain] >= 0) {
            plain++;
        }
        if (plain == end) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, plain, end - plain));
            return true;
        } catch (final CharacterCodingException noText) {
            return false;
        }
    }

    /**
     * The bytes of a text.
     *
     * @throws IllegalArgumentException if it has half of a character, which has none.
     */
    static byte[] bytes(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!text.equals(new String(bytes, StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException(
                "expected a text that UTF-8 can hold, found other bytes or half of a pair of surrogates");
        }
        return bytes;
    }
}
