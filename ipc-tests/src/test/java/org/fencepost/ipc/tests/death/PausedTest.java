package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are stopped exactly where they hold something that others need. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class PausedTest {
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final Duration PAUSE_IN_BACKGROUND = Duration.ofMillis(100);
    private static final int ROUNDS = 8;
    private static final int LAPS = 400;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @ParameterizedTest(name = "ring: {0}")
    @ValueSource(booleans = {true, false})
    void shouldLoseNothingAndGoOnWhenAProcessIsStoppedAnywhere(final boolean ring) {
        final long seed = Long.getLong("death.seed", System.nanoTime() & 0xFFFFFF);
        try (Paused paused = new Paused(temporary, ring, seed)) {
            for (final Place place : Paused.places(ring)) {
                paused.stopIn(place, PAUSE);
            }
            paused.keepInBackground();
            for (final Place place : Paused.placesInBackground()) {
                paused.stopIn(place, PAUSE_IN_BACKGROUND);
            }
            System.out.println(paused.summary());
        }
    }

    @Test
    void shouldNotCleanUnderAStoppedClaimWhenNobodyGates() {
        final Path path = temporary.resolve("ring");
        try (Victims victims = new Victims(temporary);
            Channel channel = Channel.open(path, Life.ring());
            Publisher publisher = channel.addPublisher()) {
            for (int round = 1; round <= ROUNDS; round++) {
                final String end = victims.run(
                    Life.SHARER, path, round, 0, Place.COMMIT.method(), 1 + round % 4,
                    Signals.SIGSTOP);
                assertTrue(end.startsWith("STOPPED"), end);
                final Member other = new Member(-round, Ledger.at(temporary.resolve("other")));
                long result = 0;
                for (int form = 0; form < LAPS; form++) {
                    result = other.publish(publisher, form) ? 0 : result - 1;
                }
                assertTrue(result < -1, "others should find no room, and have found " + result);
                assertEquals("ENDED 0", victims.signal(Signals.SIGCONT));
                // Its claim was the oldest, so a reader that comes now begins before it or at it.
                final Ledger seen = Ledger.at(temporary.resolve("seen" + round));
                try (Subscriber reader = channel.addSubscriber(SubscriberOptions.earliest())) {
                    final Member member = new Member(0, seen);
                    final Deadline deadline = Deadline.forWaitingUntil("everything is read");
                    while (reader.position() < channel.tailPosition()) {
                        member.read(reader, LAPS);
                        deadline.check(reader.position());
                    }
                }
                assertTrue(seen.allSeen().length > 0);
            }
        }
    }
}
