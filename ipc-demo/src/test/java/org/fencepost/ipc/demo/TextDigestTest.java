package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.junit.jupiter.api.Test;

class TextDigestTest {
    @Test
    void shouldBeSha256OfLengthsAndTexts() throws NoSuchAlgorithmException {
        final ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(3).put("abc".getBytes()).putInt(0).putInt(1).put("d".getBytes());
        final byte[] expected = MessageDigest.getInstance("SHA-256")
            .digest(Arrays.copyOf(bytes.array(), bytes.position()));
        assertEquals(HexFormat.of().formatHex(expected), digest("abc", "", "d"));
    }

    @Test
    void shouldDifferWhenSameBytesAreDividedOtherwise() {
        assertNotEquals(digest("ab", "c"), digest("a", "bc"));
        assertNotEquals(digest("abc"), digest("abc", ""));
    }

    @Test
    void shouldDifferWhenOrderDiffers() {
        assertNotEquals(digest("ab", "cd"), digest("cd", "ab"));
    }

    @Test
    void shouldBeSameForBuffersAndArrays() {
        final byte[] text = "x".repeat(10_000).getBytes();
        final MessageBuffer buffer = MessageBuffer.allocate(text.length + 7);
        buffer.putBytes(7, text);
        final TextDigest ofArray = new TextDigest();
        final TextDigest ofBuffer = new TextDigest();
        for (final int length : new int[] {1, 10_000, 0, 5_000}) {
            ofArray.add(text, 0, length);
            ofBuffer.add(buffer, 7, length);
        }
        assertEquals(ofArray.hex(), ofBuffer.hex());
    }

    private static String digest(final String... texts) {
        final TextDigest digest = new TextDigest();
        for (final String text : texts) {
            digest.add(("-" + text).getBytes(), 1, text.length());
        }
        return digest.hex();
    }
}
