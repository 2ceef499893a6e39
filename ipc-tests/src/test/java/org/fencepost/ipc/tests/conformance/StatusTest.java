package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.ClaimPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process that only looks sees of another one, whatever happens to that. */
@ParameterizedClass(name = "{0}")
@MethodSource("org.fencepost.ipc.tests.conformance.Setup#inOneProcess")
class StatusTest extends ConformanceTest {
    /** With its header 64 bytes, which divide a segment. */
    private static final Series SERIES = new Series(51, 48, 48);
    private static final int PER_RING = 8 * (int) SEGMENT_BYTES / 64;
    private static final long HERE = ProcessHandle.current().pid();

    private Channel looking;

    @BeforeEach
    void openLooking() {
        looking = Channel.open(directory(), channel().options());
    }

    @AfterEach
    void closeLooking() {
        looking.close();
    }

    @Test
    void shouldShowEachByTheNumberThatItSaysOfItself() {
        try (Publisher exclusive = looking.addExclusivePublisher();
            Subscriber first = looking.addSubscriber(SubscriberOptions.latest());
            Subscriber second = looking.addSubscriber(SubscriberOptions.latest().lossy());
            Channel view = Channel.view(directory());
            Subscriber seeing = view.addSubscriber(SubscriberOptions.latest().lossy())) {
            final ChannelStatus status = looking.status();
            assertEquals(List.of(exclusive.id()), status.publishers().stream().map(PublisherStatus::id).toList());
            assertEquals(List.of(first.id(), second.id()),
                status.subscribers().stream().map(SubscriberStatus::id).toList());
            assertEquals("exclusive publisher 0 of " + directory(), exclusive.toString());
            assertEquals("subscriber 1 of " + directory(), second.toString());
            assertEquals(-1, seeing.id());
            assertEquals("subscriber of " + directory(), seeing.toString());
        }
        try (Publisher shared = looking.addPublisher()) {
            assertEquals("publisher 0 of " + directory(), shared.toString());
        }
    }

    @Test
    void shouldShowTheSameClaimWhileItsProcessWorksAndIsPausedAndIsDead() throws Exception {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort staying = publisher();
        final OpenClaim first;
        final long pid;
        try (ChildPeer child = new ChildPeer()) {
            pid = child.peer().pid();
            final PublisherPort leaking =
                child.peer().join(directory().toString()).addPublisher();
            final long before = publish(leaking, 1, payload(10, 1));
            leaking.claim(2, 1_000).put(0, payload(1_000, 0xEE));
            publish(staying, 3, payload(10, 3));
            first = onlyClaim(looking.status());
            assertEquals(before, first.position());
            assertEquals(
                OptionalLong.of(before + channel().frameBytes(1_000)), first.endPosition());
            assertEquals(List.of(holder(1, pid, true, first)), first.holders());
            assertEquals(1, receive(subscriber, 1).getFirst().typeId());
            assertNothingToRead(subscriber);
            assertEquals(
                List.of("subscriber 0 waits at position " + before + " for publisher 1 (process "
                    + pid + ", thread " + first.holders().getFirst().threadId().getAsLong()
                    + "), alive"),
                looking.status().waits());

            signal("STOP", pid);
            final ChannelStatus paused = looking.status();
            assertEquals(first, onlyClaim(paused));
            assertTrue(paused.seenForNanos(first) > 0);
            assertFalse(paused.isAnythingLeftByTheDead());
            assertNothingToRead(subscriber);
            child.kill();
        }
        final ChannelStatus left = looking.status();
        final OpenClaim dead = onlyClaim(left);
        assertEquals(List.of(holder(1, pid, false, first)), dead.holders());
        assertEquals(first.firstSeenNanos(), dead.firstSeenNanos());
        assertTrue(left.isAnythingLeftByTheDead());
        assertEquals(List.of(0), left.publishers().stream().map(PublisherStatus::id).toList());

        assertEquals(3, receive(subscriber, 1).getFirst().typeId());
        final ChannelStatus after = looking.status();
        assertEquals(List.of(), after.openClaims());
        assertEquals(List.of(), after.waits());
        assertFalse(after.isAnythingLeftByTheDead());
    }

    @Test
    void shouldBeginAgainWhenTheNextClaimIsOpen() {
        final PublisherPort publisher = joinedElsewhere().addPublisher();
        final ClaimPort one = publisher.claim(1, 100);
        final long firstSeenNanos = onlyClaim(looking.status()).firstSeenNanos();
        assertEquals(firstSeenNanos, onlyClaim(looking.status()).firstSeenNanos());
        one.commit();
        final ClaimPort two = publisher.claim(1, 100);
        assertTrue(onlyClaim(looking.status()).firstSeenNanos() > firstSeenNanos);
        two.abort();
        assertEquals(List.of(), looking.status().openClaims());
    }

    @Test
    void shouldSayWhoHoldsPublishersBack() {
        Assumptions.assumeTrue(setup.isRing(), "a journal presses nobody back");
        final SubscriberPort slow = joinedElsewhere().addSubscriber(SubscriberSpec.earliest());
        final SubscriberPort fast = subscriber(SubscriberSpec.earliest());
        joinedElsewhere().addSubscriber(SubscriberSpec.earliest().named("kept", true)).close();
        joinedElsewhere().addSubscriber(SubscriberSpec.latest().asLossy());
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, PER_RING);
        receive(fast, PER_RING);
        assertEquals(Publisher.BACK_PRESSURED, publisher.offer(1, new byte[1]));

        final ChannelStatus status = looking.status();
        final long elsewhere = Children.peer().pid();
        final long capacity = channel().capacityBytes();
        assertEquals(
            List.of(
                new SubscriberStatus(0, Optional.empty(), elsewhere, true, true, false,
                    OptionalLong.of(0), OptionalLong.of(capacity), true, false),
                new SubscriberStatus(1, Optional.empty(), HERE, true, true, false,
                    OptionalLong.of(capacity), OptionalLong.of(0), false, false),
                new SubscriberStatus(2, Optional.of("kept"), elsewhere, false, true, true,
                    OptionalLong.of(0), OptionalLong.of(capacity), true, false),
                new SubscriberStatus(3, Optional.empty(), elsewhere, true, false, false,
                    OptionalLong.empty(), OptionalLong.empty(), false, false)),
            status.subscribers());
        assertEquals(
            List.of(
                "publishers are held back by subscriber 0 (process " + elsewhere
                    + ") at position 0, " + capacity + " bytes behind the tail",
                "publishers are held back by subscriber 2 'kept' (absent, last of process "
                    + elsewhere + ") at position 0, " + capacity
                    + " bytes behind the tail, which is kept for its next owner, or until it is removed"),
            status.waits());

        receive(slow, PER_RING);
        assertEquals(
            List.of(2),
            looking.status().subscribers().stream()
                .filter(SubscriberStatus::holdsPublishersBack).map(SubscriberStatus::id).toList());
    }

    @Test
    void shouldShowWhatAnExclusivePublisherHasLentItsUser() {
        final PublisherPort exclusive = joinedElsewhere().addExclusivePublisher();
        publishAll(exclusive, SERIES, 0, 10);
        final ClaimPort claim = exclusive.claim(1, 100);
        final ChannelStatus status = looking.status();
        final OpenClaim open = onlyClaim(status);
        assertEquals(status.publishers(), open.holders());
        final PublisherStatus holder = open.holders().getFirst();
        assertEquals(Children.peer().pid(), holder.processId());
        assertTrue(holder.exclusive() && holder.live() && holder.threadId().isPresent());
        assertEquals(10 * channel().frameBytes(48), status.tailPosition());
        assertEquals(status.tailPosition(), open.position());
        claim.abort();
        assertEquals(List.of(), looking.status().openClaims());
        exclusive.close();
        assertEquals(List.of(), looking.status().publishers());
    }

    @ParameterizedTest(name = "exclusive: {0}")
    @ValueSource(booleans = {true, false})
    void shouldNameTheThreadThatLeakedAClaim(final boolean exclusive) throws Exception {
        final Publisher publisher =
            exclusive ? looking.addExclusivePublisher() : looking.addPublisher();
        final CountDownLatch leaked = new CountDownLatch(1);
        final CountDownLatch seen = new CountDownLatch(1);
        final Thread leaker = Thread.ofPlatform().name("leaker").start(() -> {
            assertTrue(publisher.tryClaim(1, 100, new Claim()) >= 0);
            leaked.countDown();
            try {
                seen.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        leaked.await();
        final PublisherStatus here = onlyClaim(looking.status()).holders().getFirst();
        assertEquals(OptionalLong.of(leaker.threadId()), here.threadId());
        assertEquals(Optional.of("leaker"), here.threadName());
        try (Channel other = Channel.join(directory())) {
            final PublisherStatus there = onlyClaim(other.status()).holders().getFirst();
            assertEquals(here.threadId(), there.threadId());
            assertEquals(Optional.empty(), there.threadName(), "only its own handle knows");
        }
        seen.countDown();
        leaker.join();
    }

    @Test
    void shouldSeeClaimsComeAndGoWhileTheLogRolls() {
        final PublisherPort publisher = joinedElsewhere().addPublisher();
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        long tail = 0;
        for (int round = 0; round < 100; round++) {
            publishAll(publisher, SERIES, 0, 50);
            receive(subscriber, 50);
            final ClaimPort claim = publisher.claim(1, 100);
            if (claim.result() == Publisher.PREPARING) {
                continue;
            }
            final ChannelStatus status = looking.status();
            assertEquals(claim.result(), onlyClaim(status).position());
            assertTrue(status.tailPosition() > tail);
            tail = status.tailPosition();
            claim.abort();
            assertEquals(List.of(), looking.status().openClaims());
        }
    }

    private ChannelPort joinedElsewhere() {
        return closedAfterTest(Children.peer().join(directory().toString()));
    }

    private static OpenClaim onlyClaim(final ChannelStatus status) {
        assertEquals(1, status.openClaims().size(), status::toString);
        return status.openClaims().getFirst();
    }

    private static PublisherStatus holder(
        final int id, final long pid, final boolean live, final OpenClaim claim) {
        final OptionalLong threadId = claim.holders().getFirst().threadId();
        assertTrue(threadId.isPresent());
        return new PublisherStatus(
            id, pid, threadId, Optional.empty(), live, false, claim.endPosition());
    }

    private static void signal(final String name, final long pid) throws Exception {
        assertEquals(
            0, new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor());
    }
}
