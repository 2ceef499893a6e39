package org.fencepost.ipc.tests.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system that is full, or may not be written. Needs to mount one, and is skipped if it may
 * not.
 */
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class FullDiskTest {
    private static final int DISK_BYTES = 512 * 1024;
    private static final byte[] BYTES = new byte[1_000];

    @TempDir
    Path temporary;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(temporary.resolve("disk"));
        mounted = Command.succeeds("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "fencepost-test",
            disk.toString());
        Assumptions.assumeTrue(mounted, "needs the right to mount a file system");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertTrue(Command.succeeds("umount", disk.toString()), "should be able to unmount " + disk);
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenThereIsNoRoomForTheChannel() throws Exception {
        final Path path = disk.resolve("channel");
        for (final ChannelOptions options : new ChannelOptions[] {
            ChannelOptions.ring(1 << 20), ChannelOptions.journal(1 << 20)}) {
            final ChannelIOException refusal =
                assertThrows(ChannelIOException.class, () -> Channel.open(path, options));
            assertTrue(refusal.getMessage().contains(path.toString()), refusal.getMessage());
            assertTrue(refusal.getMessage().matches(".*; expected 1\\d{6} bytes of room, found " + DISK_BYTES + "; .*"),
                refusal.getMessage());
            try (Stream<Path> left = Files.list(disk)) {
                assertEquals(0, left.count(), "nothing should be left behind");
            }
        }
        try (Channel smaller = Channel.open(path, ChannelOptions.ring(64 * 1024));
            Publisher publisher = smaller.addPublisher()) {
            assertTrue(publisher.offer(1, BYTES, 0, 1_000) > 0);
        }
    }

    @Test
    void shouldStayReadableAndGoOnWhenTheDiskWasFull() throws Exception {
        final Path path = disk.resolve("journal");
        try (Channel channel = Channel.open(path, ChannelOptions.journal(64 * 1024));
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final Path ballast = Files.write(disk.resolve("ballast"), new byte[200 * 1024]);
            int published = 0;
            ChannelException refusal = null;
            while (refusal == null) {
                try {
                    if (publisher.offer(published, BYTES, 0, 1_000) > 0) {
                        published++;
                    }
                    assertTrue(published < 1_000, "the disk should be full by now");
                } catch (final ChannelIOException full) {
                    refusal = full;
                }
            }
            assertTrue(refusal.getMessage().contains(path.toString()), refusal.getMessage());
            assertTrue(published >= 64, "the first segment at least, but " + published);
            final Map<String, String> before = ChannelFiles.contents(path);
            for (int i = 0; i < 20; i++) {
                assertThrows(ChannelIOException.class, () -> publisher.offer(1, BYTES, 0, 1_000));
            }
            assertEquals(before, ChannelFiles.contents(path), "each refusal changes nothing");
            assertReads(subscriber, 0, published);

            Files.delete(ballast);
            final int first = published;
            while (published < first + 64) {
                if (publisher.offer(published, BYTES, 0, 1_000) > 0) {
                    published++;
                }
            }
            assertReads(subscriber, first, 64);
        }
    }

    @Test
    void shouldSayWhyWhenTheFileSystemMayNotBeWritten() throws Exception {
        final Path path = disk.resolve("channel");
        Channel.open(path, ChannelOptions.ring(64 * 1024)).close();
        assertTrue(Command.succeeds("mount", "-o", "remount,ro", disk.toString()));
        final Map<String, String> before = ChannelFiles.contents(path);
        for (final ChannelException refusal : new ChannelException[] {
            assertThrows(ChannelIOException.class, () -> Channel.join(path)),
            assertThrows(
                ChannelIOException.class,
                () -> Channel.open(path, ChannelOptions.ring(64 * 1024))),
            assertThrows(
                ChannelIOException.class,
                () -> Channel.open(disk.resolve("new"), ChannelOptions.ring(64 * 1024)))}) {
            assertTrue(refusal.getMessage().contains(disk.toString()), refusal.getMessage());
            assertTrue(
                refusal.getMessage().toLowerCase(Locale.ROOT).contains("read-only"),
                "should say why: " + refusal);
        }
        assertEquals(before, ChannelFiles.contents(path));
    }

    private static void assertReads(
        final Subscriber subscriber, final int first, final int count) {
        final int[] next = {first};
        while (next[0] < first + count) {
            assertTrue(subscriber.poll((buffer, offset, length, header) -> {
                assertEquals(next[0]++, header.typeId());
                assertEquals(1_000, length);
            }, 100) > 0);
        }
    }
}
