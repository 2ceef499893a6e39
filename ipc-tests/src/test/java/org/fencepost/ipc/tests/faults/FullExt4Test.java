package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full: ext4 in a file, which needs the right to mount it; skipped without. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FullExt4Test {
    private static final int DISK_BYTES = 16 << 20;
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final byte[] MESSAGE = new byte[1000];
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path temporary;

    private Path image;
    private Path disk;
    private boolean mounted;

    @BeforeEach
    void make() throws Exception {
        image = temporary.resolve("image");
        disk = Files.createDirectory(temporary.resolve("disk"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(DISK_BYTES);
        }
        assumeTrue(Command.succeeds("mkfs.ext4", "-q", image.toString()), "needs mkfs.ext4");
        mount();
        assumeTrue(mounted, "needs the right to mount a file");
    }

    private void mount() throws Exception {
        mounted = Command.succeeds("mount", "-o", "loop", image.toString(), disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertTrue(Command.succeeds("umount", disk.toString()), "should be able to unmount " + disk);
        }
    }

    @Test
    void shouldBeDurableUpToWhereTheDiskWasFullAndGoOnBehindThat() throws Exception {
        final Path path = disk.resolve("journal");
        int published;
        try (Channel channel = Channel.open(path, ChannelOptions.journal(SEGMENT_BYTES))) {
            // Nobody else is to make anything there meanwhile.
            channel.housekeeping().byHand();
            final Publisher publisher = channel.addPublisher();
            final Path ballast = disk.resolve("ballast");
            fill(ballast);
            published = publish(publisher, 1000);
            assertTrue(published > 50 && published < 70, "a segment, but " + published);
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
            final Map<Path, Long> before = sizes(path);
            for (int i = 0; i < 5; i++) {
                final ChannelIOException refusal = assertThrows(ChannelIOException.class,
                    () -> publisher.offer(1, MESSAGE, 0, MESSAGE.length));
                assertTrue(refusal.getMessage().contains("ENOSPC"), refusal.getMessage());
                assertEquals(before, sizes(path), "nothing half-made stays");
            }
            Files.delete(ballast);
            published += publish(publisher, 200);
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
        }
        unmount();
        mount();
        assertTrue(mounted);
        try (Channel channel = Channel.join(path);
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().verified())) {
            int read = 0;
            int polled = 1;
            while (polled > 0) {
                polled = subscriber.poll((buffer, offset, length, header) -> { }, 1000);
                read += polled;
            }
            assertEquals(published, read, "read from the disk");
        }
    }

    /** Until there is no room for a byte more. */
    private static void fill(final Path file) throws IOException {
        try (OutputStream ballast = Files.newOutputStream(file)) {
            assertThrows(IOException.class, () -> {
                for (int i = 0; i < DISK_BYTES; i += MESSAGE.length) {
                    ballast.write(MESSAGE);
                }
            });
        }
    }

    /** Until it is refused; how many. */
    private static int publish(final Publisher publisher, final int messages) {
        for (int i = 0; i < messages; i++) {
            try {
                assertTrue(publisher.offer(1, MESSAGE, 0, MESSAGE.length) > 0);
            } catch (final ChannelIOException full) {
                return i;
            }
        }
        return messages;
    }

    private static Map<Path, Long> sizes(final Path journal) throws IOException {
        final Map<Path, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.list(journal)) {
            for (final Path file : files.toList()) {
                sizes.put(file, Files.size(file));
            }
        }
        return sizes;
    }
}
