package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.SleepingPlatform;
import org.fencepost.ipc.os.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment that is removed at the moment in which somebody comes to it. */
class RemovalTest {
    private static final int SEGMENT_BYTES = 4096;

    @TempDir
    Path directory;

    /** Removes a file as room for the next mapping is asked for: behind the look whether it is there. */
    private static final class Removing extends SleepingPlatform {
        private Path next;

        Removing() {
            super(Platform.detect().sleeping());
        }

        @Override
        public Window reserve(final long slotBytes, final int slots) throws IOException {
            if (next != null) {
                Files.delete(next);
                next = null;
            }
            return super.reserve(slotBytes, slots);
        }
    }

    @Test
    void shouldSayThatItIsNotKeptWhenItIsRemovedRightBehindTheLook() throws IOException {
        final Path path = directory.resolve("journal");
        final Removing platform = new Removing();
        try (Channel publishing = Channel.open(path, ChannelOptions.journal(SEGMENT_BYTES));
             Publisher publisher = publishing.addPublisher();
             Channel reading = ChannelDoor.join(path, platform)) {
            publisher.offer(1, new byte[SEGMENT_BYTES / 2], 0, SEGMENT_BYTES / 2);
            platform.next = path.resolve("segment-0000000000000000");
            final PositionException removed = assertThrows(PositionException.class,
                () -> reading.addSubscriber(SubscriberOptions.earliest()).poll((b, o, l, h) -> { }, 1));
            assertTrue(removed.getMessage().contains("position 0 "), removed::getMessage);
            assertNull(platform.next, "it was there until then");
        }
    }
}
