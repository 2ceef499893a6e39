package org.fencepost.ipc.demo.channel;

import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.MessageRate;
import org.fencepost.ipc.demo.OneOf;
import org.fencepost.ipc.demo.Pace;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.OptionSpec;

/** {@code ipc publish}. */
public final class PublishCommand extends SendingCommand {
    private static final long CHUNK_BYTES = 4 << 10;

    private final Value<Integer> typeId = value(Integer.class,
        OptionSpec.builder("--type").paramLabel("N").defaultValue("0")
            .description("Type of the messages: any number. Default: ${DEFAULT-VALUE}."));

    private final Value<Double> rate = value(Double.class,
        OptionSpec.builder("--rate").paramLabel("N").converters(new MessageRate())
            .description("Publish N messages a second: 0.000001 to 1000000000, 0.5 is one every two seconds."));

    private final Flag separate = flag("--separate", "Give every message a frame of its own, and so a position, a "
        + "time and a checksum. Without, what is read together is published together, unless --rate or --drop are "
        + "there.");

    private final Framing framing = oneOf(new Framing());

    private final Value<Long> chunkBytes = value(Long.class,
        OptionSpec.builder("--chunk").paramLabel("SIZE").converters(new ByteSize())
            .description("Bytes of a message of --raw. Default: 4k, or as many as one can have here."));

    private Pace pace;
    private long paced;

    /** What a message is. */
    private static final class Framing extends OneOf {
        private final Value<Byte> delimiter = value(Byte.class,
            OptionSpec.builder("--delimiter").paramLabel("BYTE").converters(new Delimiter())
                .description("What is between two such bytes: a character, \\n, \\t, \\0 or two hexadecimal "
                    + "digits. Default: \\n."));

        private final Flag lengthPrefixed = flag("--length-prefixed", "What follows its length in 4 bytes, "
            + "little-endian, as tail prints it.");

        private final Flag raw = flag("--raw", "So many bytes as --chunk says, whatever they are; the last one has "
            + "the rest.");
    }

    /** For the tool. */
    public PublishCommand() {
        super("publish",
            "Publishes the lines of files, or of standard input, a message each, without their line feeds.",
            "Waits for room.");
    }

    @Override
    void requireValid(final int lengthMax) {
        if (separate.isSet() && (rate.isSet() || isDropping())) {
            throw wrongUsage("--separate has no effect with " + (rate.isSet() ? "--rate" : "--drop")
                + ", which gives every message a frame of its own; leave it out");
        }
        if (chunkBytes.isSet()) {
            if (!framing.raw.isSet()) {
                throw wrongUsage("--chunk has no effect without --raw; add that, or leave it out");
            }
            requireRange("--chunk", chunkBytes.get(), 1, lengthMax);
        }
    }

    @Override
    void send(final Input in, final Sender sender) {
        final Splitter splitter = splitter(in, sender.limits()).ofType(typeId.get());
        if (pace == null) {
            pace = pace();
            pace.begin(System.nanoTime());
        }
        final boolean together = !rate.isSet() && !separate.isSet();
        while (splitter.next()) {
            if (together) {
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
        if (framing.lengthPrefixed.isSet()) {
            return Splitter.atLengths(in, limits);
        }
        if (framing.raw.isSet()) {
            requireValid(limits.lengthMax());
            final long chunk = chunkBytes.or(Math.min(CHUNK_BYTES, limits.lengthMax()));
            return Splitter.ofChunks(in, (int) chunk, limits);
        }
        return Splitter.atDelimiter(in, framing.delimiter.or((byte) '\n'), limits);
    }

    private Pace pace() {
        return rate.isSet() ? Pace.of(rate.get(), 0, 1) : Pace.fullSpeed();
    }
}
