package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameAlignmentTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {16, 128, 4096})
    void shouldBeginFramesWhereTheChannelSaysWhenMessagesHaveAnyLength(final int alignment) {
        final ChannelOptions options =
            ChannelOptions.ring(1 << 17).withFrameAlignment(alignment);
        try (Channel channel = Channel.open(directory.resolve("ring"), options);
            Channel other = Channel.join(directory.resolve("ring"));
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = other.addSubscriber(SubscriberOptions.earliest())) {
            final List<Integer> sent = new ArrayList<>();
            final List<Integer> received = new ArrayList<>();
            // More than a lap, so that every segment's rest is padded too.
            for (int i = 0; i < 4000; i++) {
                final int length = i % 300;
                final long position = publisher.offer(length, new byte[300], 0, length);
                assertTrue(position > 0, Publisher.describe(position));
                assertEquals(0, position % alignment);
                sent.add(length);
                subscriber.poll((buffer, offset, found, header) -> {
                    assertEquals(found, header.typeId());
                    received.add(found);
                }, 10);
            }
            assertEquals(sent, received);
            assertEquals(alignment, other.options().frameAlignment());
        }
    }

    @Test
    void shouldShowBothWhenSomebodyJoinsWithAnother() {
        final Path path = directory.resolve("ring");
        try (Channel channel = Channel.open(path, ChannelOptions.ring(1 << 16))) {
            assertEquals(64, channel.options().frameAlignment());
            final String message = assertThrows(ChannelMismatchException.class, () ->
                Channel.open(path, ChannelOptions.ring(1 << 16).withFrameAlignment(128))
                    .close()).getMessage();
            assertTrue(message.contains("aligned to 64") && message.contains("aligned to 128"),
                message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 96, 8192, -128})
    void shouldRefuseWhenItIsNoPowerOfTwoWithinLimits(final int alignment) {
        assertThrows(IllegalArgumentException.class, () ->
            ChannelOptions.ring(1 << 16).withFrameAlignment(alignment));
    }
}
