package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What the system does not say whether it is there, as behind an error of a disk; here, behind a link to itself. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class UnreachableTest {
    private static final int SEGMENT_BYTES = 4096;
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(SEGMENT_BYTES);

    @TempDir
    Path directory;

    private Path link() {
        return directory.resolve("link");
    }

    private void leadNowhere() throws IOException {
        Files.deleteIfExists(link());
        Files.createSymbolicLink(link(), Path.of("link"));
    }

    @Test
    void shouldNotSayThatThereIsNoChannelWhenItCannotBeLookedFor() throws IOException {
        leadNowhere();
        final Path path = link().resolve("journal");
        for (final Function<Path, Channel> way : List.<Function<Path, Channel>>of(
            Channel::join, Channel::view, place -> Channel.open(place, JOURNAL))) {
            final String message =
                assertThrows(ChannelIOException.class, () -> way.apply(path)).getMessage();
            assertTrue(message.startsWith("cannot look for a channel at " + path), message);
        }
    }

    @Test
    void shouldNotSayThatASegmentIsGoneWhenItCannotBeLookedAt() throws IOException {
        final Path real = Files.createDirectory(directory.resolve("real"));
        Files.createSymbolicLink(link(), real);
        final Path path = link().resolve("journal");
        try (Channel channel = Channel.open(path, JOURNAL);
             Channel other = Channel.join(real.resolve("journal"))) {
            channel.housekeeping().byHand();
            other.housekeeping().byHand();
            final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest());
            final Publisher publisher = other.addPublisher();
            final byte[] message = new byte[SEGMENT_BYTES / 2];
            publisher.offer(1, message, 0, message.length);
            publisher.offer(2, message, 0, message.length);
            assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 1));
            leadNowhere();
            final ChannelException e = assertThrows(ChannelException.class,
                () -> subscriber.poll((buffer, offset, length, header) -> { }, 1));
            assertEquals(ChannelIOException.class, e.getClass(), e::toString);
            Files.delete(link());
            Files.createSymbolicLink(link(), real);
            assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 1));
        }
    }
}
