package org.fencepost.ipc.log;

import static org.fencepost.ipc.log.Handle.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a third handle sees of two others, one of which may die. On both platforms. */
@ParameterizedClass
@EnumSource(DeathTest.On.class)
class ObservationTest {
    private static final int SEGMENT = 4096;
    private static final ChannelOptions RING = ChannelOptions.ring(4 * SEGMENT, 4);
    private static final long PID = ProcessHandle.current().pid();

    @Parameter
    DeathTest.On on;

    @TempDir
    Path directory;

    private Handle dying;
    private Handle living;
    private Handle looking;
    private Observation observation;
    private long nowNanos = 1_000;

    @BeforeEach
    void open() {
        dying = handle();
        living = handle();
        looking = new Handle(directory.resolve("ring"), RING, on.platform(), () -> nowNanos);
        observation = new Observation(looking.log);
    }

    @AfterEach
    void close() {
        dying.close();
        living.close();
        looking.close();
    }

    @Test
    void shouldSeeNobodyInANewChannel() {
        final ChannelStatus status = look();
        assertEquals(List.of(), status.publishers());
        assertEquals(List.of(), status.subscribers());
        assertEquals(List.of(), status.openClaims());
        assertEquals(List.of(), status.waits());
        assertFalse(status.housekeeping());
        assertFalse(status.isAnythingLeftByTheDead());
        assertEquals(4 * SEGMENT, status.roomBytes());
    }

    @Test
    void shouldSeeWhoIsThereAndHowFarTheyAre() {
        final SharedClaimer first = living.membership.joinShared();
        final SharedClaimer second = dying.membership.joinShared();
        final InPlaceReader reader = living.reader(SubscriberOptions.earliest());
        dying.subscriptions.join(SubscriberOptions.latest().lossy());
        final long firstEnd = living.publish(first, 1, 8);
        assertEquals(List.of(1L), readAll(reader));
        final long secondEnd = dying.publish(second, 2, 100);

        final ChannelStatus status = look();
        assertEquals(
            List.of(
                status(0, false, OptionalLong.of(firstEnd)),
                status(1, false, OptionalLong.of(secondEnd))),
            status.publishers());
        assertEquals(
            List.of(
                new SubscriberStatus(0, Optional.empty(), PID, true, true, false,
                    OptionalLong.of(firstEnd), OptionalLong.of(secondEnd - firstEnd), false, false),
                new SubscriberStatus(1, Optional.empty(), PID, true, false, false,
                    OptionalLong.empty(), OptionalLong.empty(), false, false)),
            status.subscribers());
        assertEquals(secondEnd, status.tailPosition());
        assertEquals(List.of(), status.openClaims());

        living.membership.leave(first);
        living.subscriptions.leave(0);
        dying.die();
        assertEquals(List.of(), look().publishers());
        assertEquals(List.of(), look().subscribers(), "a lossy one leaves nothing that matters");
    }

    @Test
    void shouldSeeALiveClaimAndWhoWaitsForIt() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer claimer = dying.membership.joinShared();
        dying.publish(claimer, 1, 8);
        final long position = claimer.claim(100);
        living.publish(living.membership.joinShared(), 2, 8);

        final OpenClaim claim = onlyClaim(look());
        assertEquals(position, claim.position());
        assertEquals(OptionalLong.of(position + living.log.geometry().span(116)), claim.endPosition());
        assertEquals(List.of(0), claim.holders().stream().map(PublisherStatus::id).toList());
        assertTrue(claim.isLive());
        assertFalse(claim.holdsPublishersBack());
        assertEquals(
            List.of("whoever comes to it will wait at position " + position
                + " for publisher 0 (process " + PID + "), alive"),
            look().waits());
        assertEquals(List.of(1L), readAll(reader));
        assertEquals(
            List.of("subscriber 0 waits at position " + position
                + " for publisher 0 (process " + PID + "), alive"),
            look().waits());
        assertFalse(look().isAnythingLeftByTheDead());

        claimer.commit(FrameFormat.KIND_MESSAGE, 7, 100);
        assertEquals(List.of(), look().openClaims());
        assertEquals(List.of(), look().waits());
    }

    @Test
    void shouldRememberSinceWhenItSeesAClaimAndBeginAgainForAnother() {
        final SharedClaimer claimer = dying.membership.joinShared();
        final SharedClaimer other = living.membership.joinShared();
        claimer.claim(8);
        assertEquals(1_000, onlyClaim(look()).firstSeenNanos());
        nowNanos = 5_000;
        final ChannelStatus later = look();
        assertEquals(1_000, onlyClaim(later).firstSeenNanos());
        assertEquals(4_000, later.seenForNanos(onlyClaim(later)));
        final long second = other.claim(8);
        nowNanos = 6_000;
        assertEquals(
            List.of(1_000L, 6_000L),
            look().openClaims().stream().map(OpenClaim::firstSeenNanos).toList());
        claimer.commit(FrameFormat.KIND_MESSAGE, 7, 8);
        final long third = claimer.claim(8);
        nowNanos = 7_000;
        final List<OpenClaim> claims = look().openClaims();
        assertEquals(List.of(second, third), claims.stream().map(OpenClaim::position).toList());
        assertEquals(
            List.of(6_000L, 7_000L), claims.stream().map(OpenClaim::firstSeenNanos).toList());
        // Another handle begins to look now.
        assertTrue(new Observation(living.log).look(RING).openClaims().stream()
            .allMatch(claim -> claim.firstSeenNanos() > 7_000));
    }

    @Test
    void shouldSeeAClaimOfADeadPublisherUntilSomebodyPassesOverIt() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        final long position = doomed.claim(100);
        living.publish(living.membership.joinShared(), 2, 8);
        dying.die();

        final ChannelStatus status = look();
        final OpenClaim claim = onlyClaim(status);
        assertEquals(position, claim.position());
        assertFalse(claim.isLive());
        assertFalse(claim.holders().getFirst().live());
        assertTrue(status.isAnythingLeftByTheDead());
        assertEquals(
            List.of("nobody has to wait for the claim at position 0 of publisher 0 (process " + PID
                + "), dead: subscriber 0 passes over it at the next look"),
            status.waits());
        assertEquals(
            0, looking.memory.getLong(looking.addressOf(position)), "looking repairs nothing");
        assertEquals(List.of(2L), readAll(reader));
        assertEquals(List.of(), look().openClaims());
        assertFalse(look().isAnythingLeftByTheDead());
    }

    @Test
    void shouldNameAllWhoMayHaveAClaimThatNobodyHasMarked() {
        final SharedClaimer doomed = dying.membership.joinShared();
        final SharedClaimer loser = living.membership.joinShared();
        announceAndMoveTail(doomed, 0, 64);
        assertEquals(List.of(0), holders(onlyClaim(look())));
        living.log.words().slotStartRelease(loser.slot(), 0);
        final OpenClaim claim = onlyClaim(look());
        assertEquals(List.of(0, 1), holders(claim));
        assertEquals(OptionalLong.empty(), claim.endPosition());
        dying.log.words().slotWonEndRelease(doomed.slot(), 64);
        assertEquals(List.of(0), holders(onlyClaim(look())), "who lost to a live one is out of it");
        dying.die();
        final OpenClaim left = onlyClaim(look());
        assertEquals(List.of(0, 1), holders(left), "who lost to a dead one is waited for");
        assertTrue(left.isLive());
        assertTrue(look().isAnythingLeftByTheDead());
    }

    @Test
    void shouldFindAClaimWithoutATraceWhereASubscriberStandsBeforeIt() {
        living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        announceAndMoveTail(doomed, 0, 64);
        dying.die();
        living.membership.joinShared();
        final OpenClaim claim = onlyClaim(look());
        assertEquals(List.of(), claim.holders());
        assertFalse(claim.isLive());
        assertTrue(look().isAnythingLeftByTheDead());
    }

    @Test
    void shouldStaySureOfAClaimThatItHasSeenWhenItsSlotHasAnotherOwner() {
        final SharedClaimer doomed = dying.membership.joinShared();
        announceAndMoveTail(doomed, 0, 64);
        look();
        dying.die();
        final SharedClaimer heir = living.membership.joinShared();
        living.publish(heir, 1, 8);
        nowNanos = 5_000;
        assertEquals(1_000, onlyClaim(look()).firstSeenNanos());
        assertEquals(List.of(), new Observation(living.log).look(RING).openClaims());
    }

    @Test
    void shouldNotTakeWhatASlotAnnouncedALapAgoForAClaim() {
        final SharedClaimer idle = dying.membership.joinShared();
        dying.publish(idle, 1, 8);
        final SharedClaimer busy = living.membership.joinShared();
        while (living.log.words().clearingAcquire() < 6 * SEGMENT) {
            living.publish(busy, 2, 1000);
        }
        assertEquals(0, looking.log.words().slotStartAcquire(idle.slot()));
        assertEquals(List.of(), look().openClaims());
    }

    @Test
    void shouldSaySoWhenAGatingSubscriberHoldsPublishersBack() {
        living.reader(SubscriberOptions.latest());
        final InPlaceReader fast = living.reader(SubscriberOptions.latest());
        final SharedClaimer claimer = living.membership.joinShared();
        fill(claimer, 4 * SEGMENT - 1024);
        assertEquals(List.of(), look().waits(), "there is room yet");
        fill(claimer, 4 * SEGMENT);
        readAll(fast);

        final ChannelStatus status = look();
        assertEquals(0, status.roomBytes());
        assertEquals(
            List.of(true, false),
            status.subscribers().stream().map(SubscriberStatus::holdsPublishersBack).toList());
        assertEquals(
            List.of("publishers are held back by subscriber 0 (process " + PID + ") at position 0, "
                + 4 * SEGMENT + " bytes behind the tail"),
            status.waits());
        assertEquals(Claimer.GATED, claimer.claim(8));
    }

    @Test
    void shouldTellACursorThatIsKeptFromOneThatWasLeft() {
        dying.subscriptions.join(SubscriberOptions.latest().named("kept", true));
        dying.subscriptions.join(SubscriberOptions.latest().named("free", false));
        dying.subscriptions.join(SubscriberOptions.latest());
        dying.subscriptions.leave(1);
        final SharedClaimer claimer = living.membership.joinShared();
        fill(claimer, 4 * SEGMENT);
        dying.die();

        final ChannelStatus status = look();
        assertEquals(
            List.of(Optional.of("kept"), Optional.of("free"), Optional.empty()),
            status.subscribers().stream().map(SubscriberStatus::name).toList());
        assertTrue(status.subscribers().stream().noneMatch(SubscriberStatus::live));
        assertEquals(
            List.of(true, false, true),
            status.subscribers().stream().map(SubscriberStatus::holdsPublishersBack).toList());
        assertEquals(
            List.of(false, false, true),
            status.subscribers().stream().map(SubscriberStatus::isLeftByTheDead).toList());
        assertTrue(status.isAnythingLeftByTheDead());
        assertTrue(
            status.waits().getFirst().contains("'kept' (absent, last of process " + PID + ")"),
            status.waits()::toString);
        assertTrue(status.waits().getFirst().endsWith("kept for its next owner, or until it is removed"),
            status.waits()::toString);
        assertTrue(status.waits().getLast().contains("(dead, of process " + PID + ")"),
            status.waits()::toString);
    }

    @Test
    void shouldSaySoWhenALiveClaimHoldsPublishersBack() {
        final SharedClaimer paused = dying.membership.joinShared();
        final SharedClaimer other = living.membership.joinShared();
        paused.claim(1008);
        fill(other, 4 * SEGMENT);
        assertEquals(Claimer.PREPARING, other.claim(8));
        final OpenClaim claim = onlyClaim(look());
        assertTrue(claim.holdsPublishersBack());
        assertTrue(look().waits().getFirst().startsWith(
            "publishers are held back by the open claim at position 0 of publisher 0"));
        dying.die();
        assertFalse(onlyClaim(look()).holdsPublishersBack(), "who needs the room passes over it");
    }

    @Test
    void shouldSaySoWhenSomebodyIsInHousekeeping() {
        fill(living.membership.joinShared(), 4 * SEGMENT);
        assertTrue(dying.log.members().tryEnterHousekeeping());
        final ChannelStatus status = look();
        assertTrue(status.housekeeping());
        assertEquals(
            List.of("publishers wait for whoever is in housekeeping; who that is the kernel does"
                + " not say"),
            status.waits());
        dying.die();
        assertFalse(look().housekeeping());
        assertEquals(List.of(), look().waits());
    }

    @Test
    void shouldShowWhatAnExclusivePublisherHasLent() {
        final ExclusiveClaimer claimer = dying.membership.joinExclusive();
        dying.publish(claimer, 1, 8);
        claimer.claim(100);
        assertEquals(List.of(), look().openClaims(), "it is not in the hands of its user");
        claimer.abort();
        final long lent = claimer.claim(100);
        dying.log.words().slotLentOpaque(claimer.slot(), lent);
        final PublisherStatus publisher = status(0, true, OptionalLong.empty());
        assertEquals(List.of(publisher), look().publishers());
        assertEquals(
            List.of(new OpenClaim(lent, OptionalLong.empty(), List.of(publisher), nowNanos, false)),
            look().openClaims());
        nowNanos += 500;
        assertEquals(500, look().seenForNanos(look().openClaims().getFirst()));
        claimer.abort();
        assertEquals(List.of(), look().openClaims());
        dying.log.words().slotLentOpaque(claimer.slot(), claimer.claim(100));
        assertEquals(nowNanos, look().openClaims().getFirst().firstSeenNanos());
        dying.die();
        assertEquals(List.of(), look().openClaims(), "whoever publishes next erases it");
    }

    @Test
    void shouldBeginAgainWhenAnotherExclusivePublisherHasLentTheSamePosition() {
        final ExclusiveClaimer first = dying.membership.joinExclusive();
        dying.log.words().slotLentOpaque(first.slot(), first.claim(100));
        assertEquals(nowNanos, look().openClaims().getFirst().firstSeenNanos());
        dying.die();
        final ExclusiveClaimer second = living.membership.joinExclusive();
        assertEquals(List.of(), look().openClaims());
        living.log.words().slotLentOpaque(second.slot(), second.claim(100));
        nowNanos += 500;
        assertEquals(nowNanos, look().openClaims().getFirst().firstSeenNanos());
    }

    @Test
    void shouldSayEverythingInLines() {
        living.reader(SubscriberOptions.latest());
        final SharedClaimer claimer = dying.membership.joinShared();
        claimer.claim(100);
        nowNanos = 3_000_000_000L;
        look();
        nowNanos = 4_500_000_000L;
        assertEquals(
            """
            %s: %s
            positions: start 0, earliest 0, tail 128, ready 16384, room for 16256 bytes
            publishers: 1
              publisher 0 (process %d), alive, last claim up to 128
            subscribers: 1
              subscriber 0 (process %d), gating at position 0, 128 bytes behind the tail
            open claims: 1
              at position 0 to 128 of publisher 0 (process %d), alive; seen here first \
            1970-01-01T00:00:03Z, 1.500 s before
            waiting: 1
              subscriber 0 waits at position 0 for publisher 0 (process %d), alive"""
                .formatted(directory.resolve("ring"), RING, PID, PID, PID, PID),
            look().toString());
    }

    @Test
    void shouldRefuseWordsThatAreNoPositions() {
        final SharedClaimer claimer = living.membership.joinShared();
        living.reader(SubscriberOptions.latest());
        final ControlWords words = living.log.words();
        words.slotStartRelease(claimer.slot(), 7);
        assertDamaged("start of a slot is 7");
        words.slotStartRelease(claimer.slot(), ControlFormat.START_NONE);
        words.slotWonEndRelease(claimer.slot(), -3);
        assertDamaged("wonEnd of a slot is -3");
        words.slotWonEndRelease(claimer.slot(), 0);
        living.log.cursors().positionRelease(0, -16);
        assertDamaged("the position of record 0 is -16");
        living.log.cursors().positionRelease(0, 0);
        words.tailRelease(1L << 50);
        assertDamaged("expected earliest <= tail <= ready");
    }

    @Test
    void shouldLookWhereverPositionsLeadWithinTheLog() {
        final SharedClaimer claimer = living.membership.joinShared();
        living.reader(SubscriberOptions.latest());
        final ControlWords words = living.log.words();
        words.readyRelease(ControlFormat.POSITION_MAX);
        words.tailRelease(ControlFormat.POSITION_MAX - 16);
        words.slotWonEndRelease(claimer.slot(), 1L << 61);
        living.log.cursors().stateRelease(0, -1);
        living.log.cursors().name(0, "x".repeat(CursorsFormat.NAME_BYTES_MAX));
        for (long position = 16; position < 1L << 61; position *= 2) {
            words.slotStartRelease(claimer.slot(), position);
            living.log.cursors().positionRelease(0, position + 16);
            for (final OpenClaim claim : look().openClaims()) {
                assertTrue(claim.position() <= position + 16);
            }
        }
    }

    private ChannelStatus look() {
        return observation.look(RING);
    }

    private void assertDamaged(final String found) {
        final Exception refusal = assertThrows(ChannelDamagedException.class, this::look);
        assertTrue(refusal.getMessage().contains(found), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(directory.toString()), refusal.getMessage());
    }

    private static OpenClaim onlyClaim(final ChannelStatus status) {
        assertEquals(1, status.openClaims().size(), status::toString);
        return status.openClaims().getFirst();
    }

    private static List<Integer> holders(final OpenClaim claim) {
        return claim.holders().stream().map(PublisherStatus::id).toList();
    }

    private Handle handle() {
        return new Handle(directory.resolve("ring"), RING, on.platform());
    }

    /** Publishes messages that divide a segment until the tail is here. */
    private void fill(final SharedClaimer claimer, final long tail) {
        while (living.log.words().tailAcquire() < tail) {
            assertTrue(living.publish(claimer, 1, 1008) > 0);
        }
    }

    /** Steps 3 and 4 of claiming, and then nothing. */
    private void announceAndMoveTail(final SharedClaimer claimer, final long from, final long to) {
        dying.log.words().slotStartRelease(claimer.slot(), from);
        assertEquals(from, dying.memory.compareAndExchangeLong(
            dying.log.words().tailAddress(), from, to));
    }

    private static PublisherStatus status(
        final int id, final boolean exclusive, final OptionalLong lastClaimEnd) {
        return new PublisherStatus(
            id, PID, OptionalLong.empty(), Optional.empty(), true, exclusive, lastClaimEnd);
    }
}
