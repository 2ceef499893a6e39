package org.fencepost.ipc.tests.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** 256 publishers, 256 subscribers and cursors. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class MembersTest {
    private static final int MEMBERS_MAX = 256;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldServeAsManyPublishersAndSubscribersAsItMay() {
        try (Channel first = open();
            Channel second = open()) {
            final List<Publisher> publishers = new ArrayList<>();
            final List<Subscriber> subscribers = new ArrayList<>();
            final Set<Integer> slots = new HashSet<>();
            for (int i = 0; i < MEMBERS_MAX; i++) {
                final Channel channel = i % 2 == 0 ? first : second;
                publishers.add(channel.addPublisher());
                slots.add(publishers.getLast().id());
                subscribers.add(channel.addSubscriber(SubscriberOptions.earliest()));
            }
            assertEquals(MEMBERS_MAX, slots.size(), "each publisher should have its own slot");
            for (final Channel channel : List.of(first, second)) {
                assertRefused(channel::addPublisher);
                assertRefused(() -> channel.addSubscriber(SubscriberOptions.latest()));
                assertRefused(() -> channel.addSubscriber(SubscriberOptions.earliest().lossy()));
            }
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < MEMBERS_MAX; i++) {
                    assertTrue(publishers.get(i).offer(i, new byte[i], 0, i) > 0);
                }
                for (final Subscriber subscriber : subscribers) {
                    assertReadsOneFromEach(subscriber, publishers);
                }
            }
            assertShowsAll(second.status());
            publishers.get(100).close();
            subscribers.get(100).close();
            assertEquals(publishers.get(100).id(), second.addPublisher().id());
            second.addSubscriber(SubscriberOptions.latest());
            assertRefused(first::addPublisher);
            assertRefused(() -> first.addSubscriber(SubscriberOptions.latest()));
        }
    }

    private static void assertShowsAll(final ChannelStatus status) {
        assertEquals(
            IntStream.range(0, MEMBERS_MAX).boxed().toList(),
            status.publishers().stream().map(PublisherStatus::id).toList());
        assertEquals(
            IntStream.range(0, MEMBERS_MAX).boxed().toList(),
            status.subscribers().stream().map(SubscriberStatus::id).toList());
        assertTrue(status.publishers().stream().allMatch(PublisherStatus::live));
        assertTrue(status.subscribers().stream().allMatch(SubscriberStatus::live));
        assertEquals(List.of(), status.openClaims());
    }

    private static void assertReadsOneFromEach(
        final Subscriber subscriber, final List<Publisher> publishers) {
        final int[] next = {0};
        final Deadline deadline = Deadline.forWaitingUntil("every publisher's message has come");
        while (next[0] < MEMBERS_MAX) {
            subscriber.poll((buffer, offset, length, header) -> {
                assertEquals(next[0], header.typeId());
                assertEquals(next[0], length);
                assertEquals(publishers.get(next[0]).id(), header.publisherId());
                next[0]++;
            }, 1_000);
            deadline.check(next[0]);
        }
    }

    @Test
    void shouldCountNamedCursorsAmongSubscribers() {
        try (Channel channel = open()) {
            for (int i = 0; i < MEMBERS_MAX; i++) {
                channel.addSubscriber(SubscriberOptions.earliest().named("c" + i, false)).close();
            }
            assertRefused(
                () -> channel.addSubscriber(SubscriberOptions.earliest().named("more", false)));
            assertRefused(() -> channel.addSubscriber(SubscriberOptions.latest()));
            channel.addSubscriber(SubscriberOptions.earliest().named("c77", false)).close();
            assertFalse(channel.hasSubscribers(), "a cursor without a subscriber is none");
        }
    }

    @Test
    void shouldGiveAllSlotsBackWhenAChannelIsClosed() {
        try (Channel keeper = open()) {
            for (int round = 0; round < 3; round++) {
                try (Channel channel = open()) {
                    for (int i = 0; i < MEMBERS_MAX; i++) {
                        channel.addPublisher();
                        channel.addSubscriber(SubscriberOptions.latest());
                    }
                }
            }
            assertFalse(keeper.hasSubscribers());
            assertTrue(keeper.addPublisher().offer(1, new byte[8], 0, 8) > 0);
        }
    }

    @Test
    void shouldRefuseNamesThatAreEmptyOrTooLong() {
        final SubscriberOptions options = SubscriberOptions.earliest();
        for (final String name : List.of("", "x".repeat(97), "é".repeat(49), "鍵".repeat(33))) {
            final Exception refusal = assertThrows(
                IllegalArgumentException.class, () -> options.named(name, true));
            assertTrue(refusal.getMessage().contains("96"), refusal.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> options.lossy().named("a", true));
        assertThrows(IllegalArgumentException.class, () -> options.named("a", true).lossy());
        assertThrows(IllegalArgumentException.class, () -> SubscriberOptions.from(-1));
    }

    private static void assertRefused(final Executable joining) {
        final Exception refusal = assertThrows(ChannelLimitException.class, joining);
        assertTrue(refusal.getMessage().contains("256"), refusal.getMessage());
    }

    private Channel open() {
        return Channel.open(temporary.resolve("channel"), ChannelOptions.ring(1 << 20));
    }
}
