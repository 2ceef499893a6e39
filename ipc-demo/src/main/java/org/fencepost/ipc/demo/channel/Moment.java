package org.fencepost.ipc.demo.channel;

import java.util.concurrent.atomic.AtomicLong;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/** Where the messages of a time begin. */
final class Moment {
    private static final long NONE = Long.MAX_VALUE;

    private Moment() {
    }

    /**
     * A subscriber that begins in the segment in which the first message of a time is, or before.
     * Looks at the first messages of some segments: publishers take their times at their commits,
     * so that those of one segment may overlap those of the next by as long as a claim is open.
     */
    static SubscriberOptions before(final Channel channel, final long epochNanos) {
        if (channel.options().kind() == ChannelOptions.Kind.RING) {
            return SubscriberOptions.earliest().lossy();
        }
        final long segmentBytes = channel.options().segmentBytes();
        final long earliest = channel.earliestPosition();
        // The first message of the segment at low is older; that of the one at high is not.
        long low = earliest & -segmentBytes;
        long high = (channel.tailPosition() & -segmentBytes) + segmentBytes;
        while (high - low > segmentBytes) {
            final long middle = low + ((high - low) / 2 & -segmentBytes);
            if (firstTime(channel, Math.max(middle, earliest)) < epochNanos) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return SubscriberOptions.from(
            Math.max(earliest, low - segmentBytes)).lossy();
    }

    private static long firstTime(final Channel channel, final long position) {
        final AtomicLong found = new AtomicLong(NONE);
        try (Subscriber subscriber =
            channel.addSubscriber(SubscriberOptions.from(position).lossy())) {
            subscriber.controlledPoll((buffer, offset, length, header) -> {
                found.set(header.timestamp());
                return Action.BREAK;
            }, 1);
        }
        return found.get();
    }
}
