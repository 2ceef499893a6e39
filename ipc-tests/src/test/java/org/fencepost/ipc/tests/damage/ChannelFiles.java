package org.fencepost.ipc.tests.damage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.peer.ChannelSpec;

/** Channels with content, and what lies in their directories. */
final class ChannelFiles {
    static final String CURSOR = "kept";

    private ChannelFiles() {
    }

    /** A channel with messages in several segments and a named cursor, closed by everybody. */
    static void create(final Path directory, final ChannelSpec spec) {
        try (Channel channel = Channel.open(directory, spec.options());
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(
                SubscriberOptions.earliest().named(CURSOR, true))) {
            channel.housekeeping().byHand();
            final byte[] bytes = new byte[100];
            for (int i = 0; i < 100; i++) {
                Arrays.fill(bytes, (byte) i);
                while (publisher.offer(i, bytes, 0, 100) < 0) {
                    Thread.onSpinWait();
                }
            }
            subscriber.poll((buffer, offset, length, header) -> { }, 3);
        }
    }

    /** What is at each name: a hash of its bytes, or what it is instead of a file. */
    static Map<String, String> contents(final Path directory) throws IOException {
        final Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                contents.put(file.getFileName().toString(), describe(file));
            }
        }
        return contents;
    }

    private static String describe(final Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return "link to " + Files.readSymbolicLink(file);
        }
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return "directory";
        }
        if (!Files.isReadable(file)) {
            return "unreadable, " + Files.size(file) + " bytes";
        }
        final byte[] bytes = Files.readAllBytes(file);
        return bytes.length + " bytes, hash " + Arrays.hashCode(bytes);
    }
}
