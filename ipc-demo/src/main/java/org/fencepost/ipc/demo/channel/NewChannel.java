package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what a channel is to be that is made. */
final class NewChannel {
    /** What the commands that take these options call them. */
    static final String NAME = "wanted";
    private static final long SEGMENT_BYTES_DEFAULT = 64L << 20;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @ArgGroup
    private Kind kind = new Kind();

    @Option(names = "--segment", paramLabel = "SIZE", converter = ByteSize.class,
        description = "Bytes of a file of a journal, into which each message has to fit: a power of "
            + "two, 4k to 1g. Default: 64m.")
    private Long segmentBytes;

    @Option(names = "--segments", paramLabel = "N",
        description = "Number of files of a ring: a power of two, 2 to 1024. Default: 32, or 8 of "
            + "a small one.")
    private Integer segments;

    @Option(names = "--checksums", negatable = true, description = "Give every message a "
        + "checksum. Default: in a journal, which needs them.")
    private Boolean checksums;

    @Option(names = "--timestamps", negatable = true,
        description = "Give every message its time. Default: in a journal.")
    private Boolean timestamps;

    @Option(names = "--flush-millis", paramLabel = "N", defaultValue = "0",
        description = "How long what was published to a journal may be in memory only. "
            + "Default: 0, for ever unless somebody waits for it.")
    private long flushMillis;

    @Option(names = "--keep", paramLabel = "SIZE", converter = ByteSize.class, defaultValue = "0",
        description = "How much of a journal is kept at least; older segments are removed. "
            + "Default: 0, all of it.")
    private long keepBytes;

    @Option(names = "--keep-hours", paramLabel = "N", defaultValue = "0",
        description = "How long messages of a journal are kept at least. Default: 0, for ever.")
    private int keepHours;

    @Option(names = "--start", paramLabel = "POSITION", defaultValue = "0",
        description = "First position of the log: a multiple of the segment's size. "
            + "Default: ${DEFAULT-VALUE}.")
    private long start;

    @Option(names = "--align", paramLabel = "BYTES", description = "Messages begin at multiples "
        + "of so many bytes: a power of two, 16 to 4096. Default: 64 in a ring, 16 in a journal.")
    private Integer alignment;

    /** One of them. */
    private static final class Kind {
        @Option(names = "--journal", description = "A journal, which keeps every message. This is "
            + "the default.")
        private boolean journal;

        @Option(names = "--ring", paramLabel = "SIZE", converter = ByteSize.class,
            description = "A ring of so many bytes, which uses its memory again: a power of two, "
                + "from 32k.")
        private Long ringBytes;
    }

    /** For picocli. */
    NewChannel() {
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

    /** The first of these options that was typed. */
    Optional<OptionSpec> typed() {
        final CommandSpec own = command.mixins().get(NAME);
        return command.commandLine().getParseResult().matchedOptions().stream()
            .filter(option -> own.findOption(option.longestName()) != null).findFirst();
    }

    /** What was asked for. */
    ChannelOptions options() {
        if (kind.ringBytes != null && segmentBytes != null) {
            throw new ParameterException(command.commandLine(),
                "--segment is the size of a journal's files, those of a ring are --segments N");
        }
        if (kind.ringBytes == null && segments != null) {
            throw new ParameterException(command.commandLine(),
                "--segments is for a ring, which --ring SIZE makes; a journal's files have --segment SIZE");
        }
        try {
            ChannelOptions options = kind.ringBytes == null
                ? ChannelOptions.journal(segmentBytes == null ? SEGMENT_BYTES_DEFAULT : segmentBytes)
                : segments == null ? ChannelOptions.ring(kind.ringBytes)
                : ChannelOptions.ring(kind.ringBytes, segments);
            if (checksums != null) {
                options = options.withChecksums(checksums);
            }
            if (timestamps != null) {
                options = options.withTimestamps(timestamps);
            }
            if (alignment != null) {
                options = options.withFrameAlignment(alignment);
            }
            if (flushMillis != 0) {
                options = options.withFlushInterval(Duration.ofMillis(flushMillis));
            }
            if (keepBytes != 0) {
                options = options.withRetentionBytes(keepBytes);
            }
            if (keepHours != 0) {
                options = options.withRetentionTime(Duration.ofHours(keepHours));
            }
            return options.withStartPosition(start);
        } catch (final IllegalArgumentException impossible) {
            throw new ParameterException(command.commandLine(),
                "No such channel can be made: " + impossible.getMessage(), impossible);
        }
    }
}
