package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What is left when nobody is there any more. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class CleaningUpTest {
    private static final int ROUNDS = 12;
    private static final int LAP = 120;
    private static final int STEPS = 24;
    private static final int STEPS_IN_BACKGROUND = 8;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldOpenCleanlyWhenTheLastMemberOfARingHasGoneOrDied() throws IOException {
        final Path path = temporary.resolve("ring");
        int author = 1;
        try (Victims victims = new Victims(temporary)) {
            Channel.open(path, Life.ring()).close();
            final List<String> names = names(path);
            for (int round = 0; round < ROUNDS; round++) {
                final int dead = author++;
                // The last of all: it dies in a claim, dies as a reader, or leaves in order.
                final String focus = round % 3 == 2 ? "" : Place.PAYLOAD.method();
                victims.run(Life.SHARER, path, dead, 0, focus, focus.isEmpty() ? 0 : 5 + round,
                    Signals.SIGKILL);
                final Ledger ledger = victims.ledger();
                victims.run(Life.EARLIEST, path, dead, 0, Place.POLL.method(), 1 + round % 3,
                    Signals.SIGKILL);
                try (Survivor survivor = new Survivor(path, Life.ring())) {
                    survivor.readAll();
                    survivor.check(dead, ledger);
                    assertEquals(0, survivor.publishAndRead(author++, LAP, round % 2 == 0));
                }
                assertEquals(names, names(path));
            }
        }
    }

    @Test
    void shouldRemoveWhatAPreparerOfASegmentLeftWhenTheNextIsPrepared() throws IOException {
        final Path path = temporary.resolve("journal");
        int author = 1;
        int deaths = 0;
        try (Victims victims = new Victims(temporary);
            Survivor survivor = new Survivor(path, Life.journal())) {
            for (int step = 1; step <= STEPS + STEPS_IN_BACKGROUND; step++) {
                if (step == STEPS + 1) {
                    survivor.keepInBackground();
                }
                final int dead = author++;
                final String end = victims.run(
                    Life.SHARER, path, dead, 0, Place.NEW_SEGMENT.method(), step, Signals.SIGKILL);
                deaths += end.startsWith("DIED") ? 1 : 0;
                survivor.readAll();
                survivor.check(dead, victims.ledger());
                survivor.publishAndRead(author++, LAP / 2, false);
                if (step <= STEPS) {
                    assertEquals(List.of(), temporaries(path), victims.ledger().place());
                } else {
                    // There may be one of the thread.
                    Awaitility.await(victims.ledger().place()).pollInterval(Duration.ofMillis(1))
                        .until(() -> temporaries(path).isEmpty());
                }
            }
        }
        assertTrue(deaths > 12, deaths + " died while they made a segment");
    }

    @Test
    void shouldTakeSubscribersWhenMoreHaveDiedThanThereMayBe() {
        final Path path = temporary.resolve("ring");
        try (Victims victims = new Victims(temporary);
            Channel channel = Channel.open(path, Life.ring());
            Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < Subscriber.SUBSCRIBERS_MAX + 4; i++) {
                assertEquals("DIED 9", victims.run(Life.LATEST, path, 0, 0,
                    Place.SUBSCRIBER_LEAVES.method(), 1, Signals.SIGKILL));
            }
            try (Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
                final byte[] bytes = new byte[16];
                for (int i = 0; i < LAP * 10;) {
                    if (publisher.offer(1, bytes, 0, bytes.length) > 0) {
                        i++;
                    }
                    subscriber.poll((buffer, offset, length, header) -> { }, LAP);
                }
            }
        }
    }

    private static List<String> temporaries(final Path directory) throws IOException {
        return names(directory).stream().filter(name -> name.startsWith(".")).toList();
    }

    private static List<String> names(final Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
