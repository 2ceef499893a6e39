package org.fencepost.ipc;

import java.nio.file.Path;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.fencepost.ipc.os.Platform;

/** Lets tests of other packages open channels on a platform of their own; only they do anything there. */
public final class ChannelDoor {
    private ChannelDoor() {
    }

    /** As {@link Channel#open(Path, ChannelOptions)}. */
    public static Channel open(
        final Path directory, final ChannelOptions options, final Platform platform) {
        return open(directory, options, platform, new OffsetEpochNanoClock());
    }

    /** The same with another clock. */
    public static Channel open(
        final Path directory, final ChannelOptions options, final Platform platform,
        final EpochNanoClock clock) {
        return byHand(Channel.open(directory, options, platform, clock));
    }

    /** As {@link Channel#join(Path)}. */
    public static Channel join(final Path directory, final Platform platform) {
        return join(directory, platform, new OffsetEpochNanoClock());
    }

    /** The same with another clock. */
    public static Channel join(
        final Path directory, final Platform platform, final EpochNanoClock clock) {
        return byHand(Channel.join(directory, platform, clock));
    }

    /** As {@link Channel#view(Path)}. */
    public static Channel view(final Path directory, final Platform platform) {
        return Channel.view(directory, platform, new OffsetEpochNanoClock());
    }

    /** As {@link Channels#remove(Path)}. */
    public static void remove(final Path directory, final Platform platform) {
        Channels.remove(directory, platform);
    }

    private static Channel byHand(final Channel channel) {
        channel.housekeeping().byHand();
        return channel;
    }
}
