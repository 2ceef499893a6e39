package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.demo.WorkProgress;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.store.DiskLevel;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that publishes what it reads. */
abstract class SendingCommand extends ToolCommand {
    private static final Path STANDARD_INPUT = Path.of("-");

    private final Value<Path> path = parameter(Path.class,
        PositionalParamSpec.builder().index("0").paramLabel("CHANNEL")
            .description("The channel."));

    private final Value<List<Path>> files = parameters(Path.class,
        PositionalParamSpec.builder().index("1..*").paramLabel("FILE")
            .description("What to read, one after the other. Default: standard input, as for -."));

    private final Flag durable = flag("--durable", "End when all of it is on the disk.");

    private final Flag exclusive = flag("--exclusive", "Have the channel alone, which is faster; refused if there is "
        + "another publisher.");

    private final Flag dropping = flag("--drop", "Drop what finds no room, and say how much, instead of waiting for "
        + "subscribers.");

    private final Flag json = flag("--json", "Print what was published as a JSON object.");

    private final Flag create = flag("--create", "Make the channel if it is not there, as these say:");

    private final NewChannel wanted = new NewChannel(this);

    SendingCommand(final String name, final String... description) {
        super(name, description);
    }

    @Override
    protected final int run(final Output out) throws IOException {
        final boolean missing = requireValid();
        for (final Path file : files.get()) {
            requireReadable(file);
        }
        try (Channel channel = missing ? wanted.open(path.get()) : ChannelFiles.join(path.get());
             Sender sender = new Sender(channel, exclusive.isSet(), isDropping())) {
            final ChannelFiles.Identity identity = new ChannelFiles(path.get()).identity();
            if (durable.isSet()) {
                sender.syncMeanwhile();
            }
            sendAll(sender);
            if (durable.isSet()) {
                sender.awaitDurable();
            }
            if (!identity.isThere()) {
                throw new CommandFailedException(path.get() + " has been removed meanwhile: the " + sender.messages()
                    + " messages that were published reach only those who had it open");
            }
            if (json.isSet()) {
                out.done(sender.messages() + " messages are published all the same");
                out.json(JsonNodeFactory.instance.objectNode()
                    .put("messages", sender.messages())
                    .put("bytes", sender.bytes())
                    .put("dropped", sender.dropped())
                    .put("position", sender.messages() == 0
                        ? channel.tailPosition() : sender.position()));
            } else if (sender.dropped() > 0) {
                tell(sender.dropped() + " messages were dropped, " + sender.messages()
                    + " published");
            }
        }
        return 0;
    }

    /** Checks the command line, before anything is made; returns whether there is a channel to make. */
    private boolean requireValid() {
        if (!create.isSet()) {
            wanted.requireNone();
            requireValid(Integer.MAX_VALUE);
            return false;
        }
        final ChannelOptions options = wanted.options();
        final boolean missing = !new ChannelFiles(path.get()).exist();
        if (missing && durable.isSet() && options.kind() == ChannelOptions.Kind.RING) {
            throw wrongUsage("--durable is for a journal, and excludes --create with --ring");
        }
        if (missing && durable.isSet()) {
            requireDisk();
        }
        requireValid(missing ? (int) options.segmentBytes() - (options.timestamps()
            ? FrameFormat.HEADER_BYTES_WITH_TIMESTAMP : FrameFormat.HEADER_BYTES) : Integer.MAX_VALUE);
        return missing;
    }

    /** What can never be durable is said before the channel is there. */
    private void requireDisk() {
        Path place = path.get().toAbsolutePath();
        while (!Files.exists(place)) {
            place = place.getParent();
        }
        DiskLevel.require(place, Platform.detect());
    }

    /** What cannot be read is said before what comes before it is published. */
    private static void requireReadable(final Path file) {
        if (!file.equals(STANDARD_INPUT) && (Files.isDirectory(file) || !Files.isReadable(file))) {
            throw new CommandFailedException(
                "cannot read " + file + ": " + whyUnreadable(file) + "; nothing is published");
        }
    }

    private static String whyUnreadable(final Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).isDirectory()
                ? "it is a directory" : "permission denied";
        } catch (final IOException refusal) {
            return Reason.of(refusal, file);
        }
    }

    private void sendAll(final Sender sender) throws IOException {
        final OptionalLong total = totalBytes();
        try (WorkProgress progress = progress(total)) {
            long before = 0;
            for (final Path file : files.get().isEmpty() ? List.of(STANDARD_INPUT) : files.get()) {
                try (Input in = input(Optional.of(file))) {
                    final long begin = before;
                    sender.onProgress(() -> progress.at(begin + in.readBytes()));
                    send(in, sender);
                    before += in.readBytes();
                }
            }
        } catch (final ChannelException | Input.UnreadableException refusal) {
            throw new CommandFailedException(refusal.getMessage() + "; " + sender.messages()
                + " messages are published", refusal);
        }
    }

    /** Whether messages that find no room are dropped, for which each has a frame of its own. */
    final boolean isDropping() {
        return dropping.isSet();
    }

    /** Of all files, if each of them says it. */
    private OptionalLong totalBytes() throws IOException {
        long bytes = 0;
        for (final Path file : files.get()) {
            if (!Files.isRegularFile(file)) {
                return OptionalLong.empty();
            }
            bytes += Files.size(file);
        }
        return files.get().isEmpty() ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    @Override
    protected final boolean isQuiet() {
        return true;
    }

    /**
     * Throws if something is wrong with the options for any channel.
     *
     * @param lengthMax bytes of a message at most, as far as that is known before there is a channel.
     */
    void requireValid(final int lengthMax) {
    }

    /** Publishes an input. */
    abstract void send(Input in, Sender sender);
}
