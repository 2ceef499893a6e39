package org.fencepost.ipc.demo.channel;

import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.Pace;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ipc publish}. */
@Command(
    name = "publish",
    description = {
        "Publishes the lines of files, or of standard input, a message each, without their "
        + "line feeds.",
        "Waits for room."})
public final class PublishCommand extends SendingCommand {
    @Option(names = "--type", paramLabel = "N", defaultValue = "0",
        description = "Type of the messages: any number. Default: ${DEFAULT-VALUE}.")
    private int typeId;

    @Option(names = "--rate", paramLabel = "N", description = "Publish N messages a second.")
    private Long rate;

    @Option(names = "--separate", description = "Give every message a frame of its own, and so a "
        + "position, a time and a checksum. Without, what is read together is published together.")
    private boolean separate;

    @ArgGroup
    private Framing framing = new Framing();

    private Pace pace;
    private long paced;

    /** What a message is. */
    private static final class Framing {
        @Option(names = "--delimiter", paramLabel = "BYTE", converter = Delimiter.class,
            description = "What is between two such bytes: a character, \\\\n, \\\\t, \\\\0 or two "
                + "hexadecimal digits. Default: \\\\n.")
        private Byte delimiter;

        @Option(names = "--length-prefixed", description = "What follows its length in 4 bytes, "
            + "little-endian, as tail prints it.")
        private boolean lengthPrefixed;

        @Option(names = "--raw", paramLabel = "SIZE", converter = ByteSize.class,
            description = "So many bytes, whatever they are; the last one has the rest.")
        private Long chunkBytes;
    }

    /** For picocli. */
    public PublishCommand() {
    }

    @Override
    void requireValid(final int lengthMax) {
        if (rate != null) {
            requireRange("--rate", rate, 1, Pace.RATE_MAX);
        }
        if (framing.chunkBytes != null) {
            requireRange("--raw", framing.chunkBytes, 1, lengthMax);
        }
    }

    @Override
    void send(final Input in, final Sender sender) {
        final Splitter splitter = splitter(in, sender.limits()).ofType(typeId);
        if (pace == null) {
            pace = pace();
            pace.begin(System.nanoTime());
        }
        while (splitter.next()) {
            if (rate == null && !separate) {
                sender.sendTogether(splitter);
                continue;
            }
            for (int i = 0; i < splitter.count(); i++) {
                pace.await(paced++);
                sender.send(splitter, i);
            }
        }
    }

    private Splitter splitter(final Input in, final Splitter.Limits limits) {
        if (framing.lengthPrefixed) {
            return Splitter.atLengths(in, limits);
        }
        if (framing.chunkBytes != null) {
            requireValid(limits.lengthMax());
            return Splitter.ofChunks(in, framing.chunkBytes.intValue(), limits);
        }
        return Splitter.atDelimiter(
            in, framing.delimiter == null ? (byte) '\n' : framing.delimiter, limits);
    }

    private Pace pace() {
        return rate == null ? Pace.fullSpeed() : Pace.of(rate, 0, 1);
    }
}
