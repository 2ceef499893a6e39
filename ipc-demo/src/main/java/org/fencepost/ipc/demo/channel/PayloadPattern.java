package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.demo.CommandFailedException;

/** What is looked for in payloads. For one thread. */
@FunctionalInterface
interface PayloadPattern {
    /** What a byte can be. */
    int BYTE_VALUES = 256;

    /** Whether it is in the payload. */
    boolean isIn(Payload payload);

    /**
     * These bytes, of which there is at least one. Where they are not, the byte below their last one
     * says how far on they may be (Horspool's algorithm).
     */
    static PayloadPattern of(final byte[] sought) {
        final int last = sought.length - 1;
        final int[] steps = new int[BYTE_VALUES];
        Arrays.fill(steps, sought.length);
        for (int i = 0; i < last; i++) {
            steps[sought[i] & 0xff] = last - i;
        }
        return payload -> {
            final byte[] bytes = payload.bytes();
            final int length = payload.length();
            int end = last;
            while (end < length) {
                final byte below = bytes[end];
                if (below == sought[last] && Arrays.equals(
                    bytes, end - last, end, sought, 0, last)) {
                    return true;
                }
                end += steps[below & 0xff];
            }
            return false;
        };
    }

    /** A regular expression, in payloads as text in UTF-8. */
    static PayloadPattern of(final Pattern sought) {
        final Matcher matcher = sought.matcher("");
        return payload -> {
            try {
                return matcher.reset(new String(
                    payload.bytes(), 0, payload.length(), StandardCharsets.UTF_8)).find();
            } catch (final StackOverflowError tooDeep) {
                throw new CommandFailedException("the pattern " + sought + " cannot be looked for"
                    + " in a payload of " + payload.length() + " bytes: it repeats too much, make"
                    + " it simpler", tooDeep);
            }
        };
    }
}
