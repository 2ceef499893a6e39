package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Rounds in which one to five processes come to one channel, one after the other, and each kills
 * itself at a step of its life, or of some part of it; only then does the survivor look. The steps
 * of a life are drawn without putting them back, so with time each has been the last of somebody.
 */
final class SelfKill implements AutoCloseable {
    private static final int VICTIMS_MAX = 3;
    private static final int ROUNDS_MAX = 400;
    private static final int OWN_OPERATIONS = 12;
    /** Steps of a method that are tried; it may have more, or fewer, and then nobody dies. */
    private static final int FOCUSED_STEPS = 12;
    private static final List<Life> LIVES = List.of(
        Life.SHARER, Life.EXCLUSIVE, Life.EARLIEST, Life.LATEST, Life.NAMED, Life.LOSSY);
    private final boolean ring;
    private final long seed;
    private final Random random;
    private final Path path;
    private final Victims victims;
    private final Survivor survivor;
    private final List<Place> reachable;
    private final Map<Life, Deque<Long>> decks = new EnumMap<>(Life.class);
    private final Map<Life, Long> lengths = new EnumMap<>(Life.class);
    private final Map<Place, Integer> places = new EnumMap<>(Place.class);
    /** Of this round. */
    private final List<Victim> victimsOfRound = new ArrayList<>();
    /** How many of them the survivor has looked after. */
    private int checked;
    private int author = 1;
    private int rounds;
    private int deaths;
    private int ended;
    private int keptFrom;

    SelfKill(final Path directory, final boolean ring, final long seed) {
        this.ring = ring;
        this.seed = seed;
        this.random = new Random(seed);
        this.path = directory.resolve(ring ? "ring" : "journal");
        this.victims = new Victims(directory);
        this.survivor = new Survivor(path, ring ? Life.ring() : Life.journal());
        this.reachable = Arrays.stream(Place.values()).filter(place -> place.isOf(ring)).toList();
        // A lap, so that readers find something to read.
        survivor.publishAndRead(author++, 3 * OWN_OPERATIONS, false);
    }

    private record Victim(Life life, int author, Ledger ledger) {
        @Override
        public String toString() {
            return life + " as " + author + " at [" + ledger.place() + "]";
        }
    }

    /** As many rounds as fit into the time, and as many as it takes to have died everywhere. */
    void run(final Duration budget) {
        final long start = System.nanoTime();
        while (System.nanoTime() - start < budget.toNanos()
            || !places.keySet().containsAll(reachable) && rounds < ROUNDS_MAX) {
            round();
        }
    }

    /** The same for some time, while the survivor has a thread that does everything ahead. */
    void runInBackground(final Duration budget) {
        keepInBackground();
        final long start = System.nanoTime();
        while (System.nanoTime() - start < budget.toNanos()) {
            round();
        }
    }

    /** From now on the survivor has a thread that does everything ahead. */
    void keepInBackground() {
        survivor.keepInBackground();
    }

    /** One round. */
    void round() {
        victimsOfRound.clear();
        checked = 0;
        try {
            // Holes are found, and slots are settled, only after somebody died in a claim.
            if (random.nextInt(3) == 0) {
                victimIn(random.nextBoolean() ? Place.COMMIT : Place.PAYLOAD);
                victimIn(random.nextBoolean() ? Place.REPAIR : Place.SETTLING);
            }
            for (int i = random.nextInt(VICTIMS_MAX); i >= 0; i--) {
                if (random.nextBoolean()) {
                    victim(oneOf(LIVES));
                } else {
                    victimIn(nextPlace());
                }
            }
            checkVictims();
            final int slot =
                survivor.publishAndRead(author++, OWN_OPERATIONS, random.nextInt(4) == 0);
            assertEquals(0, slot, "everybody else is dead, so the first slot should be free");
        } catch (final AssertionError | RuntimeException failure) {
            throw new AssertionError((ring ? "ring" : "journal") + ", seed " + seed + ", round "
                + rounds + " of " + victimsOfRound, failure);
        }
        rounds++;
    }

    /** Looks after those who have not been looked after, in the order in which they lived. */
    private void checkVictims() {
        survivor.readAll();
        for (; checked < victimsOfRound.size(); checked++) {
            final Victim victim = victimsOfRound.get(checked);
            survivor.check(victim.author(), victim.ledger());
            checkSeen(victim.life(), victim.ledger());
        }
    }

    /** One where fewer have died than elsewhere, or any. */
    private Place nextPlace() {
        return random.nextInt(4) == 0 ? oneOf(reachable) : reachable.stream()
            .min(Comparator.comparingInt(place -> places.getOrDefault(place, 0))).orElseThrow();
    }

    private <T> T oneOf(final List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private void victim(final Life life) {
        victim(life, "", draw(life));
    }

    private void victimIn(final Place place) {
        // Most of these methods have few steps, some have many.
        victim(oneOf(place.lives()), place.method(),
            1 + random.nextInt(1 + random.nextInt(FOCUSED_STEPS)));
    }

    private void victim(final Life life, final String focus, final long step) {
        final int own = author++;
        final long from = ring && random.nextBoolean() ? 0 : survivor.position();
        final String end = victims.run(life, path, own, from, focus, step, Signals.SIGKILL);
        final Ledger ledger = victims.ledger();
        if (end.equals("DIED " + Signals.SIGKILL)) {
            deaths++;
            for (final Place place : Place.values()) {
                if (place.isIn(ledger.place())) {
                    places.merge(place, 1, Integer::sum);
                }
            }
        } else {
            assertEquals("ENDED 0", end);
            ended++;
        }
        victimsOfRound.add(new Victim(life, own, ledger));
    }

    /** A step of the life that nobody has died at since all were drawn the last time. */
    private long draw(final Life life) {
        final Deque<Long> deck = decks.computeIfAbsent(life, any -> new ArrayDeque<>());
        if (deck.isEmpty()) {
            // A named cursor goes on where the last of this round left it.
            checkVictims();
            survivor.publishAndRead(author++, OWN_OPERATIONS, false);
            assertEquals("ENDED 0", victims.run(
                life, path, author, survivor.position(), "", 0, Signals.SIGKILL));
            survivor.readAll();
            survivor.check(author++, victims.ledger());
            checkSeen(life, victims.ledger());
            lengths.put(life, victims.ledger().steps());
            final List<Long> steps = new ArrayList<>();
            for (long i = 1; i <= lengths.get(life); i++) {
                steps.add(i);
            }
            Collections.shuffle(steps, random);
            deck.addAll(steps);
        }
        return deck.poll();
    }

    /** A reader sees what the survivor sees: without gaps unless it may have some, in order. */
    private void checkSeen(final Life life, final Ledger ledger) {
        final long[] seen = ledger.allSeen();
        if (seen.length == 0) {
            return;
        }
        final List<Long> all = survivor.received();
        final int first = Collections.binarySearch(all, seen[0]);
        assertTrue(first >= 0, () -> life + " saw what the survivor did not: " + seen[0]);
        if (life == Life.NAMED) {
            final int from = keptFrom;
            assertTrue(first <= from || isTakenAway(from, first),
                () -> "the kept cursor should go on at message " + from + ", but did at " + first);
            keptFrom = Math.max(from, first + seen.length);
        }
        int at = first;
        for (final long entry : seen) {
            final int found = life == Life.LOSSY ? Collections.binarySearch(all, entry) : at;
            assertTrue(found >= at && found < all.size() && all.get(found) == entry,
                () -> life + " saw " + entry + " out of order");
            at = found + 1;
        }
    }

    /** Whether a ring went on over what lies between; this cursor does not gate while it is absent. */
    private boolean isTakenAway(final int from, final int first) {
        final long gap = (survivor.received().get(first) >> 8) - (survivor.received().get(from) >> 8);
        return ring && gap > 0
            && (survivor.received().get(from) >> 8) <= survivor.channel().earliestPosition();
    }

    /** What happened, in one line. */
    String summary() {
        return "self-kill, " + (ring ? "ring" : "journal") + ", seed " + seed + ": " + rounds
            + " rounds, " + deaths + " deaths, " + ended + " lived to their end; steps of a life "
            + lengths + "; died in " + places;
    }

    /** Fails unless somebody died in each of the places. */
    void requireEveryPlace() {
        for (final Place place : reachable) {
            assertTrue(places.containsKey(place), () -> "nobody died in " + place + "; " + summary());
        }
    }

    int deaths() {
        return deaths;
    }

    @Override
    public void close() {
        survivor.close();
        victims.close();
    }
}
