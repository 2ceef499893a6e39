package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A process that stops inside a method, for as long as is wanted, while others publish, read and
 * join; then it goes on. Nobody may take it for dead, whatever it holds.
 */
final class Paused implements AutoCloseable {
    private static final int STEPS_MAX = 12;
    private static final int ATTEMPTS_MAX = 200;
    /** Messages that others publish while one is stopped; a ring takes fewer. */
    private static final int PUBLISHED_MAX = 300;
    private static final int PATIENCE_SECONDS = 30;
    private static final long IDLE_NANOS = 50_000;

    private final boolean ring;
    private final long seed;
    private final Random random;
    private final Path path;
    private final Victims victims;
    private final Survivor survivor;
    private final Channel other;
    private final Publisher publisher;
    private final Member member;
    private final Ledger own;
    private final int ownAuthor;
    private final ExecutorService joiner = Executors.newSingleThreadExecutor();
    private final Map<Place, Integer> stops = new EnumMap<>(Place.class);
    private int author = 1;

    Paused(final Path directory, final boolean ring, final long seed) {
        this.ring = ring;
        this.seed = seed;
        this.random = new Random(seed);
        this.path = directory.resolve(ring ? "ring" : "journal");
        this.victims = new Victims(directory);
        this.survivor = new Survivor(path, ring ? Life.ring() : Life.journal());
        this.other = Channel.join(path);
        other.housekeeping().byHand();
        this.publisher = other.addPublisher();
        this.own = Ledger.at(directory.resolve("others"));
        this.ownAuthor = author++;
        this.member = new Member(ownAuthor, own);
    }

    /** Where a publisher beside others, or a subscriber, can stop. */
    static List<Place> places(final boolean ring) {
        return List.of(Place.CLAIM, Place.PAYLOAD, Place.COMMIT, Place.ROLL, Place.POLL,
            Place.REPAIR, ring ? Place.CLEANING : Place.NEW_SEGMENT,
            ring ? Place.ZEROING : Place.ROOM_GIVEN, Place.PUBLISHER_JOINS, Place.PUBLISHER_LEAVES, Place.SETTLING, Place.SUBSCRIBER_JOINS,
            Place.SUBSCRIBER_LEAVES);
    }

    /** Where one comes although others do everything ahead. */
    static List<Place> placesInBackground() {
        return List.of(Place.PAYLOAD, Place.COMMIT, Place.ROLL, Place.POLL, Place.REPAIR,
            Place.SETTLING, Place.SUBSCRIBER_JOINS);
    }

    /** From now on those who go on have a thread that does everything ahead. */
    void keepInBackground() {
        survivor.keepInBackground();
        other.housekeeping().inBackground();
    }

    /** Lets one stop there, the others work for that time, and that one go on. */
    void stopIn(final Place place, final Duration time) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                final boolean stopped = attempt(place, time);
                publishSome();
                survivor.readAll();
                if (stopped) {
                    stops.merge(place, 1, Integer::sum);
                    return;
                }
            }
            throw new AssertionError("nobody came there");
        } catch (final AssertionError | RuntimeException failure) {
            throw new AssertionError((ring ? "ring" : "journal") + ", seed " + seed
                + ", stopped in " + place + " [" + victims.ledger().place() + "]", failure);
        }
    }

    private boolean attempt(final Place place, final Duration time) {
        if (place == Place.REPAIR || place == Place.SETTLING) {
            // What is to be repaired.
            victims.run(Life.SHARER, path, author++, 0, Place.PAYLOAD.method(),
                1 + random.nextInt(STEPS_MAX), Signals.SIGKILL);
        }
        final Life life = place.lives().contains(Life.SHARER)
            ? Life.SHARER : place.lives().get(random.nextInt(place.lives().size()));
        // Who stops on its way to a position finds it gone, unless somebody else holds it meanwhile.
        if (place == Place.SUBSCRIBER_JOINS && random.nextBoolean()) {
            final long from = survivor.position();
            try (Subscriber holder = other.addSubscriber(SubscriberOptions.from(from))) {
                assertEquals(from, holder.position());
                return attempt(place, life, from, time);
            }
        }
        final long from = place == Place.SUBSCRIBER_JOINS ? 0 : survivor.position();
        return attempt(place, life, from, time);
    }

    private boolean attempt(
        final Place place, final Life life, final long from, final Duration time) {
        final int victim = author++;
        final String end = victims.run(life, path, victim, from, place.method(),
            1 + random.nextInt(1 + random.nextInt(STEPS_MAX)), Signals.SIGSTOP);
        final Ledger ledger = victims.ledger();
        final boolean stopped = end.startsWith("STOPPED");
        if (stopped) {
            whileStopped(place, ledger, victim, time);
        } else {
            assertEquals("ENDED 0", end);
        }
        survivor.readAll();
        assertEquals(ledger.reported(), survivor.received(victim), "messages of the stopped one");
        assertEquals(own.reported(), survivor.received(ownAuthor), "messages of the others");
        return stopped;
    }

    private void whileStopped(
        final Place place, final Ledger ledger, final int victim, final Duration time) {
        final long reported = ledger.reported();
        final Future<?> joined = joiner.submit(this::join);
        final long start = System.nanoTime();
        long refused = 0;
        for (int published = 0; System.nanoTime() - start < time.toNanos();) {
            if (published < PUBLISHED_MAX && !member.publish(publisher, published)) {
                refused++;
            } else {
                published++;
            }
            if (survivor.poll() == 0) {
                // For a minute there may be nothing to do.
                LockSupport.parkNanos(IDLE_NANOS);
            }
            final long received = survivor.received(victim);
            assertTrue(received == reported || received == ledger.attempted(),
                () -> received + " messages came of one that stopped with " + reported);
        }
        // The last of a commit comes behind the message, which holds nobody up any more.
        final boolean held = place == Place.COMMIT && survivor.received(victim) == reported;
        if (place == Place.CLEANING || place == Place.ZEROING || place == Place.NEW_SEGMENT
            || ring && held) {
            assertTrue(refused > 0, "others should be turned away when room has run out");
        }
        final String end = victims.signal(Signals.SIGCONT);
        assertEquals("ENDED 0", end);
        try {
            joined.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (final ExecutionException | TimeoutException failure) {
            throw new AssertionError("who joined meanwhile", failure);
        } catch (final InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interruption);
        }
    }

    /** Waits as long as the one that has stopped has the lock that it needs. */
    private void join() {
        try (Channel channel = Channel.join(path);
            Publisher late = channel.addPublisher();
            Subscriber reader = channel.addSubscriber(SubscriberOptions.latest())) {
            assertTrue(late.id() != publisher.id(), "its own slot");
            assertEquals(0, reader.lostBytes());
        }
    }

    private void publishSome() {
        for (int form = 0; form < STEPS_MAX;) {
            if (member.publish(publisher, form)) {
                form++;
            }
            survivor.poll();
        }
    }

    String summary() {
        return "paused, " + (ring ? "ring" : "journal") + ", seed " + seed + ": stopped " + stops;
    }

    @Override
    public void close() {
        joiner.shutdownNow();
        publisher.close();
        other.close();
        survivor.close();
        victims.close();
    }
}
