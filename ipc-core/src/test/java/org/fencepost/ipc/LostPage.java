package org.fencepost.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The main class of a process whose publisher meets a page that is missing for a while, as on a full disk where the
 * page was shared with a copy. Interpreted, or the error would come some instructions later. Arguments: directory of
 * the channel; whether the publisher is exclusive; where the frame begins that reaches into the page, or with it; and
 * whether the page is back before the publisher is closed. Prints the types of the messages that come.
 */
final class LostPage {
    private static final int PAGE = 4096;

    private static final int HEADER = 16;
    private static final int LENGTH = 200;
    private static final int BEFORE = 1;
    private static final int REFUSED = 2;
    private static final int GONE_ON = 3;
    private static final int OTHERS = 4;

    private LostPage() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Path directory = Path.of(arguments[0]);
        final boolean exclusive = Boolean.parseBoolean(arguments[1]);
        final int frame = Integer.parseInt(arguments[2]);
        final boolean backBeforeClosing = Boolean.parseBoolean(arguments[3]);
        final ChannelOptions options =
            ChannelOptions.journal(16 * PAGE).withTimestamps(false);
        // What is read as a header behind a claim that nobody knows of.
        final byte[] payload = new byte[PAGE];
        Arrays.fill(payload, (byte) 'A');
        try (Channel channel = Channel.open(directory, options); Channel other = Channel.join(directory);
             FileChannel segment = FileChannel.open(
                 directory.resolve("segment-0000000000000000"), StandardOpenOption.WRITE)) {
            channel.housekeeping().byHand();
            other.housekeeping().byHand();
            final Publisher publisher = publisher(channel, exclusive);
            publisher.offer(BEFORE, payload, 0, frame - HEADER);
            final long bytes = segment.size();
            // The log begins behind a page.
            segment.truncate(2 * PAGE);
            for (int i = 0; i < 2; i++) {
                requireDamaged(() -> publisher.offer(REFUSED, payload, 0, LENGTH));
            }
            if (backBeforeClosing) {
                restore(segment, bytes);
                publisher.offer(GONE_ON, payload, 0, LENGTH);
                publisher.close();
            } else {
                // The header of the second one was to be in the page, too.
                requireDamaged(publisher::close);
                restore(segment, bytes);
            }
            try (Publisher follower = publisher(other, exclusive);
                 Subscriber subscriber = other.addSubscriber(SubscriberOptions.earliest())) {
                follower.offer(OTHERS, payload, 0, LENGTH);
                final List<Integer> types = new ArrayList<>();
                while (subscriber.position() < other.tailPosition()) {
                    subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10);
                }
                System.out.println(types);
            }
        }
    }

    private static Publisher publisher(final Channel channel, final boolean exclusive) {
        return exclusive ? channel.addExclusivePublisher() : channel.addPublisher();
    }

    private static void restore(final FileChannel segment, final long bytes) throws IOException {
        segment.write(ByteBuffer.allocate(1), bytes - 1);
    }

    private static void requireDamaged(final Runnable operation) {
        try {
            operation.run();
        } catch (final ChannelDamagedException expected) {
            return;
        }
        throw new AssertionError("nothing was thrown");
    }
}
