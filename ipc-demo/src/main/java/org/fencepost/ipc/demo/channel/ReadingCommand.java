package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.demo.WorkProgress;
import picocli.CommandLine.Model.OptionSpec;

/** A command that reads messages. It holds no publisher back, and so may miss some of a ring. */
abstract class ReadingCommand extends ToolCommand {
    private final Value<Start> start = value(Start.class,
        OptionSpec.builder("--from").paramLabel("WHERE").converters(new Start.Converter()).defaultValue("earliest")
            .description("Where to begin: earliest, latest, a position at which a message ends (with a dot and its "
                + "number in a batch), a time like 2026-05-17T08:00:00Z or as date prints it with -I, --rfc-3339 or "
                + "+@%%s, or -15m for a quarter of an hour ago. Default: ${DEFAULT-VALUE}."));

    /** The message has been met behind which to begin. */
    private boolean started;
    /** This process has been told to end. */
    private volatile boolean ended;
    private long toldLostBytes;

    ReadingCommand(final String name, final String... description) {
        super(name, description);
    }

    /** Shows what is there now, and with {@code follow} what comes. */
    final void read(
        final Path path, final boolean follow, final Output out, final Reading.Shown shown) {
        if (!isQuiet()) {
            readAll(path, follow, out, shown);
            return;
        }
        // What it would print in the end it prints when it is interrupted as well.
        final Interruption interruption = new Interruption(() -> ended = true);
        try {
            readAll(path, follow, out, shown);
        } finally {
            interruption.over();
        }
    }

    private void readAll(
        final Path path, final boolean follow, final Output out, final Reading.Shown shown) {
        final Start from = start.get();
        try (Channel channel = ChannelFiles.view(path);
             Reading reading = new Reading(channel, from.options(channel), (payload, header) ->
                 isBefore(from, header) ? Action.CONTINUE : shown.show(payload, header), () -> ended)) {
            try {
                if (follow) {
                    final ChannelFiles.Identity identity = new ChannelFiles(path).identity();
                    reading.onAndOn(() -> {
                        out.flush();
                        if (reading.bytesLeft() <= 0) {
                            requireStarted(from);
                        }
                        tellLoss(reading, path);
                    }, () -> identity.requireThere(path));
                } else {
                    try (WorkProgress progress =
                        progress(OptionalLong.of(reading.bytesLeft()))) {
                        reading.toEnd(progress);
                    }
                }
            } finally {
                printEnd(out);
                out.flush();
            }
            requireStarted(from);
            if (reading.lostBytes() > 0) {
                throw new CommandFailedException(loss(reading.lostBytes(), path));
            }
        }
    }

    /** Prints what can be said only when everything has been read, or as much as can be. */
    void printEnd(final Output out) {
    }

    /** Who follows is interrupted at last, and would never hear of it. */
    private void tellLoss(final Reading reading, final Path path) {
        if (reading.lostBytes() > toldLostBytes) {
            tell("ipc: " + loss(reading.lostBytes() - toldLostBytes, path));
            toldLostBytes = reading.lostBytes();
        }
    }

    private static String loss(final long bytes, final Path path) {
        return bytes + " bytes of " + path + " were overwritten before they could be read";
    }

    private boolean isBefore(final Start from, final Header header) {
        if (!started) {
            started = !from.isInBatch() || from.names(header);
            if (from.isBefore(header)) {
                return true;
            }
            requireStarted(from);
        }
        return from.isBefore(header);
    }

    private void requireStarted(final Start from) {
        if (!started && from.isInBatch()) {
            throw new CommandFailedException("position " + from + " is not there: expected a"
                + " message of a batch that ends there, found none; ipc tail --json shows"
                + " position and batchIndex");
        }
    }
}
