package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
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

/** Channels that come with the image of a container: an overlayfs, which needs the right to mount; skipped without. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class OverlayTest {
    @TempDir
    Path temporary;

    private Path lower;
    private Path merged;
    private boolean mounted;

    @BeforeEach
    void makeDirectories() throws IOException {
        lower = Files.createDirectory(temporary.resolve("lower"));
        merged = Files.createDirectory(temporary.resolve("merged"));
    }

    private void mount() throws Exception {
        final Path upper = Files.createDirectory(temporary.resolve("upper"));
        final Path work = Files.createDirectory(temporary.resolve("work"));
        mounted = Command.succeeds("mount", "-t", "overlay", "overlay", "-o",
            "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work, merged.toString());
        assumeTrue(mounted, "needs the right to mount an overlayfs");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertTrue(Command.succeeds("umount", merged.toString()), "should be able to unmount " + merged);
        }
    }

    /** The control file becomes another one when it is first opened for writing. */
    @Test
    void shouldKeepWhatWasPublishedInTheFirstUseOfARingOfTheImage() throws Exception {
        final ChannelOptions ring = ChannelOptions.ring(64 * 1024);
        Channel.open(lower.resolve("ring"), ring).close();
        mount();
        final Path path = merged.resolve("ring");
        try (Channel channel = Channel.open(path, ring);
            Publisher publisher = channel.addPublisher()) {
            assertTrue(publisher.offer(7, new byte[10], 0, 10) > 0, "should be published");
        }
        final List<Integer> types = new ArrayList<>();
        try (Channel channel = Channel.open(path, ring);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10);
        }
        assertEquals(List.of(7), types);
    }
}
