package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.demo.WorkProgress;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that reads all of a channel and judges it. */
abstract class VerifyingCommand extends ToolCommand {
    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The channel."));

    private final Flag json = flag("--json", "Print a JSON object.");

    VerifyingCommand(final String name, final String... description) {
        super(name, description);
    }

    /** What to do with what was found, while the channel is open. */
    @FunctionalInterface
    interface Judgement<T> {
        T of(Channel channel, Verification verification);
    }

    final Path path() {
        return path.get();
    }

    final boolean json() {
        return json.isSet();
    }

    /** Reads all of the channel, beside those who use it. */
    final <T> T verified(final Judgement<T> judgement) throws IOException {
        try (Channel channel = ChannelFiles.view(path())) {
            final ChannelFiles.Identity identity = new ChannelFiles(path()).identity();
            final long begin = channel.earliestPosition();
            final Verification verification;
            try (WorkProgress progress =
                progress(OptionalLong.of(channel.tailPosition() - begin))) {
                verification = new Verification(channel, position -> progress.at(position - begin));
                verification.run();
            }
            if (!identity.isThere()) {
                // What was missing at the end says nothing about it.
                throw ChannelFiles.removedMeanwhile(path(), null);
            }
            return judgement.of(channel, verification);
        } catch (final NoSuchFileException gone) {
            throw ChannelFiles.removedMeanwhile(path(), gone);
        }
    }

    @Override
    protected final boolean isQuiet() {
        return true;
    }
}
