package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.demo.CommandFailedException;

/** What is looked for in payloads. For one thread. */
@FunctionalInterface
interface PayloadPattern {
    /** Whether it is in the payload. */
    boolean isIn(Payload payload);

    /** These bytes, of which there is at least one. */
    static PayloadPattern of(final byte[] sought) {
        final byte first = sought[0];
        return payload -> {
            final byte[] bytes = payload.bytes();
            final int places = payload.length() - sought.length + 1;
            for (int place = 0; place < places; place++) {
                if (bytes[place] == first && Arrays.equals(
                    bytes, place, place + sought.length, sought, 0, sought.length)) {
                    return true;
                }
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
