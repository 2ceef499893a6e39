package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * Something that {@code verify} has found.
 *
 * @param kind what it is.
 * @param from position where it begins; {@link #NOWHERE} if it has none.
 * @param to   position where it ends.
 * @param text what it is and what to do, in words.
 */
record Finding(Kind kind, long from, long to, String text) {
    static final long NOWHERE = -1;

    /** What can be wrong. */
    enum Kind {
        /** Bytes that are not what was published. */
        DAMAGED,
        /** The same at the end of the log: it was never complete. */
        TORN,
        /** Messages that readers do not come to, because of what is before them. */
        UNREACHABLE,
        /** A file, or a part of the log, that is not there. */
        MISSING,
        /** A claim that a live publisher has not committed. */
        OPEN,
        /** A cursor that points to no message. */
        CURSOR,
        /** Words of the control file that contradict each other. */
        WORDS,
        /** A sync that has failed. */
        SYNC;

        String typed() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Something without a place in the log. */
    static Finding of(final Kind kind, final String text) {
        return new Finding(kind, NOWHERE, NOWHERE, text);
    }

    ObjectNode toJson() {
        final ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("kind", kind.typed()).put("text", text);
        if (from != NOWHERE) {
            json.put("fromPosition", from).put("toPosition", to);
        }
        return json;
    }

    @Override
    public String toString() {
        return kind.typed() + (from == NOWHERE ? "" : " from position " + from + " to " + to)
            + ": " + text;
    }
}
