package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.fencepost.ipc.demo.Output;

/**
 * What {@code doctor} says about one thing.
 *
 * @param level  how bad it is.
 * @param name   what was looked at.
 * @param found  what it is.
 * @param advice what to change; empty if nothing has to be.
 */
record Diagnosis(Level level, String name, String found, String advice) {
    /** How bad it is. */
    enum Level {
        /** As it should be. */
        OK(Output.Colour.GREEN),
        /** It costs something. */
        NOTE(Output.Colour.YELLOW),
        /** Something that is promised does not hold here. */
        WRONG(Output.Colour.RED);

        private final Output.Colour colour;

        Level(final Output.Colour colour) {
            this.colour = colour;
        }
    }

    private static final int NAME_WIDTH = 14;

    static Diagnosis ok(final String name, final String found) {
        return new Diagnosis(Level.OK, name, found, "");
    }

    static Diagnosis note(final String name, final String found, final String advice) {
        return new Diagnosis(Level.NOTE, name, found, advice);
    }

    static Diagnosis wrong(final String name, final String found, final String advice) {
        return new Diagnosis(Level.WRONG, name, found, advice);
    }

    ObjectNode toJson() {
        return JsonNodeFactory.instance.objectNode()
            .put("level", level.name().toLowerCase(Locale.ROOT)).put("name", name)
            .put("found", found).put("advice", advice);
    }

    void print(final Output out) {
        final String word = String.format("%-5s", level);
        out.line(out.coloured(level.colour, word) + "  "
            + String.format("%-" + NAME_WIDTH + "s", name) + "  " + found);
        if (!advice.isEmpty()) {
            out.line(" ".repeat(word.length() + NAME_WIDTH + 4) + advice);
        }
    }
}
