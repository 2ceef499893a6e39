package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.OneOf;
import org.fencepost.ipc.demo.SharedOptions;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.OptionSpec;

/** The options that say what a channel is to be that is made. */
final class NewChannel extends SharedOptions {
    private static final long SEGMENT_BYTES_DEFAULT = 64L << 20;
    /** How the library begins to say that something is out of range, and the option that says it here. */
    private static final Map<String, String> OPTIONS = Map.of("segmentBytes ", "--segment ",
        "capacityBytes ", "--ring ", "segmentCount ", "--segments ", "frame alignment ", "--align ",
        "start position ", "--start ");

    private final Kind kind = oneOf(new Kind());

    private final Value<Long> segmentBytes = value(Long.class,
        OptionSpec.builder("--segment").paramLabel("SIZE").converters(new ByteSize())
            .description("Bytes of a file of a journal, into which each message has to fit: a power of two, 4k to 1g. "
                + "Default: 64m."));

    private final Value<Integer> segments = value(Integer.class, OptionSpec.builder("--segments").paramLabel("N")
        .description("Number of files of a ring: a power of two, 2 to 1024. Default: 32, or 8 of a small one."));

    private final Value<Boolean> checksums = value(Boolean.class, OptionSpec.builder("--checksums").negatable(true)
        .description("Give every message a checksum. Default: in a journal, which needs them."));

    private final Value<Boolean> timestamps = value(Boolean.class, OptionSpec.builder("--timestamps").negatable(true)
        .description("Give every message its time. Default: in a journal."));

    private final Value<Long> flushMillis = value(Long.class,
        OptionSpec.builder("--flush-millis").paramLabel("N").defaultValue("0")
            .description("How long what was published to a journal may be in memory only. Default: 0, for ever unless "
                + "somebody waits for it."));

    private final Value<Long> keepBytes = value(Long.class,
        OptionSpec.builder("--keep").paramLabel("SIZE").converters(new ByteSize()).defaultValue("0")
            .description("How much of a journal is kept at least; older segments are removed. Default: 0, all of "
                + "it."));

    private final Value<Integer> keepHours = value(Integer.class,
        OptionSpec.builder("--keep-hours").paramLabel("N").defaultValue("0")
            .description("How long messages of a journal are kept at least. Default: 0, for ever."));

    private final Value<Long> start = value(Long.class,
        OptionSpec.builder("--start").paramLabel("POSITION").defaultValue("0")
            .description("First position of the log: a multiple of the segment's size. Default: ${DEFAULT-VALUE}."));

    private final Value<Integer> alignment = value(Integer.class, OptionSpec.builder("--align").paramLabel("BYTES")
        .description("Messages begin at multiples of so many bytes: a power of two, 16 to 4096. Default: 64 in a "
            + "ring, 16 in a journal."));

    /** One of them. */
    private static final class Kind extends OneOf {
        private final Flag journal = flag("--journal", "A journal, which keeps every message. This is the default.");

        private final Value<Long> ringBytes = value(Long.class,
            OptionSpec.builder("--ring").paramLabel("SIZE").converters(new ByteSize())
                .description("A ring of so many bytes, which uses its memory again: a power of two, from 32k, "
                    + "with --segments from 4k for each."));
    }

    /** Those of this command. */
    NewChannel(final ToolCommand command) {
        super(command);
    }

    /** Makes the channel unless it is there, and joins it. */
    Channel open(final Path path) throws IOException {
        // A new channel takes the place of an empty directory, and who stands in that one stands nowhere.
        if (!new ChannelFiles(path).exist() && Files.exists(path) && Files.isSameFile(path, Path.of(""))) {
            throw new CommandFailedException(path + " is the current directory, which a channel would replace; name one"
                + " below it, or go elsewhere and name this one");
        }
        return Channel.open(path, options());
    }

    /** Throws if one of them was typed, where no channel is made. */
    void requireNone() {
        final Optional<String> typed = typed();
        if (typed.isPresent()) {
            throw wrongUsage(typed.get() + " is for a channel that is made, which --create does");
        }
    }

    private ChannelOptions sized() {
        if (!kind.ringBytes.isSet()) {
            return ChannelOptions.journal(segmentBytes.or(SEGMENT_BYTES_DEFAULT));
        }
        return segments.isSet() ? ChannelOptions.ring(kind.ringBytes.get(), segments.get())
            : ChannelOptions.ring(kind.ringBytes.get());
    }

    /** What was asked for. */
    ChannelOptions options() {
        if (kind.ringBytes.isSet() && segmentBytes.isSet()) {
            throw wrongUsage("--segment is the size of a journal's files, those of a ring are --segments N");
        }
        if (!kind.ringBytes.isSet() && segments.isSet()) {
            throw wrongUsage("--segments is for a ring, which --ring SIZE makes; a journal's files have"
                + " --segment SIZE");
        }
        requireRange("--flush-millis", flushMillis.get(), 0, ChannelOptions.FLUSH_INTERVAL_MAX.toMillis());
        requireRange("--keep-hours", keepHours.get(), 0, ChannelOptions.RETENTION_TIME_MAX.toHours());
        try {
            ChannelOptions options = sized();
            if (checksums.isSet()) {
                options = options.withChecksums(checksums.get());
            }
            if (timestamps.isSet()) {
                options = options.withTimestamps(timestamps.get());
            }
            if (alignment.isSet()) {
                options = options.withFrameAlignment(alignment.get());
            }
            if (flushMillis.get() != 0) {
                options = options.withFlushInterval(Duration.ofMillis(flushMillis.get()));
            }
            if (keepBytes.get() != 0) {
                options = options.withRetentionBytes(keepBytes.get());
            }
            if (keepHours.get() != 0) {
                options = options.withRetentionTime(Duration.ofHours(keepHours.get()));
            }
            return options.withStartPosition(start.get());
        } catch (final IllegalArgumentException impossible) {
            throw wrongUsage("No such channel can be made: " + named(impossible.getMessage()), impossible);
        }
    }

    private static String named(final String problem) {
        for (final Map.Entry<String, String> option : OPTIONS.entrySet()) {
            if (problem.startsWith(option.getKey())) {
                return option.getValue() + problem.substring(option.getKey().length());
            }
        }
        return problem;
    }
}
