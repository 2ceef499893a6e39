package org.fencepost.ipc.tests.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * Publishes into a journal of segments of 64 KiB, for each line on its input so many messages of a
 * KiB or until it is refused, and says how many can be read then and why it was.
 */
public final class LimitedProcess {
    static final int SEGMENT_BYTES = 64 * 1024;
    private static final byte[] MESSAGE = new byte[1000];

    private LimitedProcess() {
    }

    /** In that directory. */
    public static void main(final String... arguments) throws IOException {
        try (Channel channel =
            Channel.open(Path.of(arguments[0]), ChannelOptions.journal(SEGMENT_BYTES))) {
            // Nobody else is to make anything there meanwhile.
            channel.housekeeping().byHand();
            answer(channel);
        }
    }

    private static void answer(final Channel channel) throws IOException {
        try (Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            System.out.println("READY");
            final BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (line != null) {
                final String refusal = publish(publisher, Integer.parseInt(line));
                int read = 0;
                int polled = 1;
                while (polled > 0) {
                    polled = subscriber.poll((buffer, offset, length, header) -> { }, 1000);
                    read += polled;
                }
                System.out.println("READ " + read + " " + refusal);
                line = lines.readLine();
            }
        }
    }

    private static String publish(final Publisher publisher, final int messages) {
        for (int i = 0; i < messages; i++) {
            try {
                final long end = publisher.offer(1, MESSAGE, 0, MESSAGE.length);
                if (end < 0) {
                    return Publisher.describe(end);
                }
            } catch (final ChannelIOException refusal) {
                return refusal.getMessage().replace('\n', ' ');
            }
        }
        return "";
    }
}
