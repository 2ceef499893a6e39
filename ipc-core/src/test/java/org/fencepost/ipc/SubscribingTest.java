package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What subscribers may ask for, and what they are told when it cannot be. */
@Timeout(60)
class SubscribingTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\udc00b", "\udc00\ud800"})
    void shouldRefuseANameWhenHalfOfASurrogatePairIsMissing(final String name) {
        assertTrue(assertThrows(IllegalArgumentException.class,
            () -> SubscriberOptions.earliest().named(name, true)).getMessage().contains("surrogate"));
    }

    @Test
    void shouldKeepACursorWhenItsNameIsOddButText() {
        final String name = "\0\n../\ud83d\ude00";
        try (Channel channel = Channel.open(directory.resolve("ring"), RING);
             Publisher publisher = channel.addPublisher()) {
            channel.addSubscriber(SubscriberOptions.earliest().named(name, true)).close();
            assertTrue(publisher.offer(1, new byte[8], 0, 8) > 0);
            assertEquals(name, channel.status().subscribers().getFirst().name().orElseThrow());
            try (Subscriber subscriber =
                    channel.addSubscriber(SubscriberOptions.latest().named(name, true))) {
                assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 10));
            }
        }
    }

    @Test
    void shouldGoOnWithoutACursorWhenItIsRemoved() {
        final SubscriberOptions kept = SubscriberOptions.latest().named("kept", true);
        try (Channel channel = Channel.open(directory.resolve("ring"), RING);
             Publisher publisher = channel.addPublisher()) {
            channel.addSubscriber(kept).close();
            publishUntil(publisher, Publisher.BACK_PRESSURED);
            assertTrue(channel.removeCursor("kept"));
            assertEquals(List.of(), channel.status().subscribers());
            assertFalse(channel.removeCursor("kept"), "it is gone");
            for (int i = 0; i < 100; i++) {
                assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
            }
            try (Subscriber subscriber = channel.addSubscriber(kept)) {
                assertEquals(channel.tailPosition(), subscriber.position(), "it begins anew");
                assertEquals(0, subscriber.lostBytes());
            }
        }
    }

    @Test
    void shouldKeepACursorWhenItIsToBeRemovedUnderItsOwner() {
        try (Channel channel = Channel.open(directory.resolve("ring"), RING);
             Channel other = Channel.join(directory.resolve("ring"));
             Publisher publisher = channel.addPublisher();
             Subscriber owner =
                 channel.addSubscriber(SubscriberOptions.earliest().named("kept", true))) {
            for (final Channel handle : List.of(channel, other)) {
                final String message = assertThrows(ChannelLimitException.class,
                    () -> handle.removeCursor("kept")).getMessage();
                assertTrue(message.contains("close that one first"), message);
            }
            publishUntil(publisher, Publisher.BACK_PRESSURED);
            assertTrue(owner.poll((buffer, offset, length, header) -> { }, 1) == 1);
            assertEquals(0, owner.lostBytes());
        }
    }

    @Test
    void shouldHaveAPlaceWhenOneOfTheMostCursorsIsRemoved() {
        try (Channel channel = Channel.open(directory.resolve("ring"), RING)) {
            for (int i = 0; i < Subscriber.SUBSCRIBERS_MAX; i++) {
                channel.addSubscriber(SubscriberOptions.latest().named("name " + i, false)).close();
            }
            final String message = assertThrows(ChannelLimitException.class,
                () -> channel.addSubscriber(SubscriberOptions.latest())).getMessage();
            assertTrue(message.contains("remove a named cursor"), message);
            assertTrue(channel.removeCursor("name 17"));
            channel.addSubscriber(SubscriberOptions.latest()).close();
        }
    }

    @Test
    void shouldKeepACursorsPlaceWhenItsSegmentIsMissing() throws IOException {
        final Path path = directory.resolve("journal");
        final SubscriberOptions kept = SubscriberOptions.earliest().named("kept", true);
        final long position;
        try (Channel channel = Channel.open(path, ChannelOptions.journal(4096));
             Publisher publisher = channel.addPublisher();
             Subscriber subscriber = channel.addSubscriber(kept)) {
            for (int i = 0; i < 8; i++) {
                assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
            }
            assertEquals(5, subscriber.poll((buffer, offset, length, header) -> { }, 5));
            position = subscriber.position();
            assertTrue(position > 4096 && position < 8192);
        }
        final Path segment = path.resolve("segment-0000000000001000");
        final Path aside = directory.resolve("aside");
        Files.move(segment, aside);
        for (int i = 0; i < 2; i++) {
            try (Channel channel = Channel.join(path)) {
                final String message = assertThrows(PositionException.class,
                    () -> channel.addSubscriber(kept)).getMessage();
                assertTrue(message.contains("expected the file " + segment.getFileName() + ", found nothing"), message);
            }
        }
        Files.move(aside, segment);
        try (Channel channel = Channel.join(path); Subscriber subscriber = channel.addSubscriber(kept)) {
            assertEquals(position, subscriber.position());
            assertEquals(3, subscriber.poll((buffer, offset, length, header) -> { }, 10));
        }
    }

    @Test
    void shouldRefuseToRemoveACursorWhenTheHandleIsAViewOrClosed() {
        final Path path = directory.resolve("ring");
        final Channel channel = Channel.open(path, RING);
        channel.addSubscriber(SubscriberOptions.earliest().named("kept", true)).close();
        try (Channel view = Channel.view(path)) {
            assertTrue(assertThrows(ChannelMismatchException.class, () -> view.removeCursor("kept"))
                .getMessage().contains("Channel.join"));
            assertEquals(1, view.status().subscribers().size());
        }
        channel.close();
        assertThrows(ChannelClosedException.class, () -> channel.removeCursor("kept"));
    }

    @Test
    void shouldBeginAtTheStartOfAnySegmentWhenThatIsKept() {
        try (Channel channel = Channel.open(directory.resolve("journal"), ChannelOptions.journal(4096));
             Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 20; i++) {
                assertTrue(publisher.offer(1, new byte[1500], 0, 1500) > 0);
            }
            for (long start = 0; start < channel.tailPosition(); start += 4096) {
                try (Subscriber subscriber = channel.addSubscriber(SubscriberOptions.from(start))) {
                    assertEquals(start, subscriber.position());
                    assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 1));
                }
            }
        }
    }

    @Test
    void shouldRefuseWhatLiesBeyondAFullRingWhereTheLastLapHasAFrame() {
        final Path path = directory.resolve("ring");
        try (Channel channel = Channel.open(path, RING);
             Channel view = Channel.view(path);
             Publisher publisher = channel.addPublisher();
             Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest());
             Subscriber lossy = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            publishUntil(publisher, Publisher.BACK_PRESSURED);
            final long tail = channel.tailPosition();
            assertEquals(1, gating.poll((buffer, offset, length, header) -> { }, 1));
            final long beyond = tail + gating.position();
            assertRefused(channel, beyond, "beyond the tail; the nearest before it is " + tail);
            assertThrows(PositionException.class, () -> gating.seek(beyond));
            assertThrows(PositionException.class, () -> lossy.seek(beyond));
            gating.seek(tail);
        }
    }

    @Test
    void shouldRefuseWhatLiesBeyondTheTailWhenTheNextSegmentIsNotMadeYet() {
        try (Channel channel = Channel.open(directory.resolve("journal"), ChannelOptions.journal(4096));
             Publisher publisher = channel.addPublisher()) {
            channel.housekeeping().byHand();
            for (int i = 0; i < 4; i++) {
                assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
            }
            assertEquals(4096, channel.tailPosition());
            assertRefused(channel, 4096 + 64, "beyond the tail; the nearest before it is 4096");
            channel.addSubscriber(SubscriberOptions.from(4096)).close();
        }
    }

    @Test
    void shouldSayWhatIsThereWhenAPositionCannotBeRead() {
        try (Channel channel = Channel.open(directory.resolve("ring"), RING);
             Publisher publisher = channel.addPublisher();
             Publisher second = channel.addPublisher()) {
            assertEquals(64, publisher.offer(1, new byte[8], 0, 8));
            assertRefused(channel, 32, "in the middle of a frame");
            assertRefused(channel, 128, "beyond the tail; the nearest before it is 64");
            final Claim claim = new Claim();
            assertEquals(64, publisher.tryClaim(1, 8, claim));
            assertEquals(192, second.offer(1, new byte[8], 0, 8));
            assertRefused(channel, 128, "behind a claim that is not committed yet; the nearest before it is 64");
            claim.abort();
        }
    }

    @Test
    void shouldGoOnAtTheEarliestWhenALossySubscriberSeeksBehindWhatAJournalHasRemoved() {
        try (Channel channel = Channel.open(directory.resolve("journal"),
                ChannelOptions.journal(4096).withRetentionBytes(8192));
             Publisher publisher = channel.addPublisher();
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            while (channel.earliestPosition() == 0) {
                assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
                channel.housekeeping().doWork();
            }
            assertThrows(PositionException.class,
                () -> subscriber.poll((buffer, offset, length, header) -> { }, 1));
            subscriber.seek(channel.earliestPosition());
            assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 1));
        }
    }

    private static void publishUntil(final Publisher publisher, final long result) {
        for (long last = 0; last != result; last = publisher.offer(1, new byte[1000], 0, 1000)) {
            assertTrue(last >= 0 || last == Publisher.PREPARING, Publisher.describe(last));
        }
    }

    private static void assertRefused(final Channel channel, final long position, final String reason) {
        final String message = assertThrows(PositionException.class,
            () -> channel.addSubscriber(SubscriberOptions.from(position))).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
