package org.fencepost.ipc.store;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;

/** Another user of a journal, who opens it for the group, or alone, and fills a segment and more. */
public final class UserProbe {
    private static final int SEGMENT = 4096;
    private static final int MESSAGES = 8;

    private UserProbe() {
    }

    /** Takes the channel and whether it is for the group; prints where it ends, or why it may not. */
    public static void main(final String[] arguments) {
        final ChannelOptions alone = ChannelOptions.journal(SEGMENT);
        try (Channel channel = Channel.open(Path.of(arguments[0]),
            "group".equals(arguments[1]) ? alone.withGroupAccess() : alone);
            Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < MESSAGES; i++) {
                final long end = publisher.offer(1, new byte[1000], 0, 1000);
                if (end < 0) {
                    System.out.println(Publisher.describe(end));
                }
            }
            System.out.println("ends at " + channel.tailPosition());
        } catch (final ChannelException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
