package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.CommandFailedException;

/** What is looked for in payloads, one after the other. For one thread. */
@FunctionalInterface
interface PayloadPattern {
    /** Whether it is in the payload. */
    boolean isIn(Payload payload, Header header);

    /** Whether it is known to be in no later message of the batch that was asked about last. */
    default boolean isNotInRestOfBatch() {
        return false;
    }

    /** These bytes, of which there is at least one. */
    static PayloadPattern of(final byte[] sought) {
        return new Fixed(new ByteSearch(sought));
    }

    /** A regular expression, in payloads as text in UTF-8. */
    static PayloadPattern of(final Pattern sought) {
        final Matcher matcher = sought.matcher("");
        return (payload, header) -> {
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

    /**
     * Bytes. A batch is searched once and as a whole; then its messages are passed by until the one
     * in which they were found.
     */
    final class Fixed implements PayloadPattern {
        private static final long NOWHERE = -1;
        private static final int NOWHERE_LEFT = Integer.MAX_VALUE;

        private final ByteSearch search;
        private byte[] batch = new byte[1 << 14];
        /** The batch that is copied, and the part of its frame, from the first message met on. */
        private long batchPosition = NOWHERE;
        private int begin;
        private int end;
        /** Where in the frame they are next, from the last message on. */
        private int found;

        private Fixed(final ByteSearch search) {
            this.search = search;
        }

        @Override
        public boolean isIn(final Payload payload, final Header header) {
            if (header.batchCount() <= 1) {
                return search.indexOf(payload.bytes(), 0, payload.length()) >= 0;
            }
            final int offset = payload.offset();
            if (header.position() != batchPosition || offset < begin) {
                batch = payload.copyFrame(batch);
                batchPosition = header.position();
                begin = offset;
                end = payload.frameEnd();
                find(offset);
            } else if (found < offset) {
                find(offset);
            }
            // What begins here and ends behind it is not in it, and nothing behind that is.
            return found <= offset + payload.length() - search.length();
        }

        @Override
        public boolean isNotInRestOfBatch() {
            return found == NOWHERE_LEFT;
        }

        private void find(final int from) {
            final int index = search.indexOf(batch, from - begin, end - begin);
            found = index < 0 ? NOWHERE_LEFT : begin + index;
        }
    }
}
