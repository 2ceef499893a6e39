package org.fencepost.ipc;

import java.nio.file.Path;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.fencepost.ipc.os.Platform;

/** A user who may read a channel and not write: prints whether it may join, and what a view shows. */
public final class ViewProbe {
    private ViewProbe() {
    }

    /** Takes the name of the platform and the channel. */
    public static void main(final String[] arguments) {
        final Platform platform = "portable".equals(arguments[0])
            ? Platform.portable() : Platform.detect();
        final Path path = Path.of(arguments[1]);
        try {
            Channel.join(path, platform, new OffsetEpochNanoClock()).close();
            System.out.println("has joined");
        } catch (final ChannelIOException refused) {
            System.out.println("may not join");
        }
        try (Channel view = Channel.view(path, platform, new OffsetEpochNanoClock());
            Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            System.out.println(ChannelViewTest.poll(subscriber));
        }
    }
}
