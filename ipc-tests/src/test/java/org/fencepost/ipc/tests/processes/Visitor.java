package org.fencepost.ipc.tests.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A child that opens a channel again and again, making it if there is none, until it is sent a line, and now and then
 * removes it. As long as it has it open it publishes segments full of messages, and reads what is there. Prints READY
 * when it has begun, and at the end DONE with how often it had the channel and how often that was removed while it
 * opened it. Anything else that it is told ends it with an error.
 */
final class Visitor {
    static final String REMOVED = "removed or replaced meanwhile, try again";
    static final String NONE = "no channel at ";
    private static final String IN_USE = " is in use by ";
    private static final int VISITS_PER_REMOVAL = 4;
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);
    private static final int MESSAGES = 12;
    private static final long PAUSE_NANOS_MAX = 20_000_000;
    private static final byte[] MESSAGE = new byte[1000];

    private Visitor() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Path path = Path.of(arguments[0]);
        System.out.println("READY");
        int visits = 0;
        int refusals = 0;
        final SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
        while (System.in.available() == 0) {
            // So that it is nobody's now and then.
            LockSupport.parkNanos(random.nextLong(PAUSE_NANOS_MAX));
            if (random.nextInt(VISITS_PER_REMOVAL) == 0) {
                remove(path);
            }
            try (Channel channel = Channel.open(path, OPTIONS)) {
                visits++;
                use(channel);
            } catch (final ChannelException refusal) {
                if (!refusal.getMessage().contains(REMOVED)) {
                    throw refusal;
                }
                refusals++;
            }
        }
        System.out.println("DONE " + visits + " " + refusals);
    }

    /** Whether it was, or refused because somebody has it open, or there is none, or not any more. */
    static boolean remove(final Path path) {
        try {
            Channels.remove(path);
            return true;
        } catch (final ChannelException refusal) {
            final String message = refusal.getMessage();
            if (!message.contains(IN_USE) && !message.startsWith(NONE) && !message.contains(REMOVED)) {
                throw refusal;
            }
            return false;
        }
    }

    private static void use(final Channel channel) {
        try (Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final long end = channel.tailPosition();
            for (int i = 0; i < MESSAGES; i++) {
                if (publisher.offer(i, MESSAGE, 0, MESSAGE.length) < 0) {
                    i--;
                    Thread.onSpinWait();
                }
            }
            int read = 0;
            while (subscriber.position() < channel.tailPosition() || read == 0) {
                read += subscriber.poll((buffer, offset, length, header) -> { }, Integer.MAX_VALUE);
            }
            if (read < MESSAGES) {
                throw new IllegalStateException("expected the messages behind " + end + ", found " + read);
            }
        } catch (final ChannelException removed) {
            throw new IllegalStateException("removed under who has it: " + removed.getMessage(), removed);
        }
    }
}
