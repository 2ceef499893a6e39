package org.fencepost.ipc.tests.death;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The long runs: {@code killer}, {@code self} or {@code paused}, how many deaths (or seconds of each
 * pause), the seed, and the episode to go on with. Every episode has its own channel, ring and
 * journal in turn, and its own seed. Exit status 1 and the reason if one fails.
 */
final class DeathRounds {
    private static final int PER_EPISODE = 500;

    private DeathRounds() {
    }

    public static void main(final String[] arguments) throws IOException {
        if (arguments.length < 3 || !List.of("killer", "self", "paused").contains(arguments[0])) {
            System.err.println("usage: DeathRounds killer|self|paused COUNT SEED [FIRST_EPISODE]");
            System.exit(2);
        }
        final long count = Long.parseLong(arguments[1]);
        final long seed = Long.parseLong(arguments[2]);
        final long first = arguments.length > 3 ? Long.parseLong(arguments[3]) : 0;
        final long start = System.nanoTime();
        final boolean paused = arguments[0].equals("paused");
        long deaths = paused ? 0 : first * PER_EPISODE;
        for (long episode = first; paused ? episode < 2 : deaths < count; episode++) {
            final Path directory = Files.createTempDirectory(
                Files.isWritable(Path.of("/dev/shm")) ? Path.of("/dev/shm") : Path.of("."),
                "fencepost-death-");
            try {
                final String summary = episode(arguments[0], directory, episode % 2 == 0,
                    seed * 1_000_003 + episode, count);
                deaths += PER_EPISODE;
                System.out.println("episode " + episode + ", "
                    + (System.nanoTime() - start) / 1_000_000_000 + " s"
                    + (paused ? "" : ", " + Math.min(deaths, count) + " of " + count)
                    + ": " + summary);
            } catch (final AssertionError | RuntimeException failure) {
                failure.printStackTrace();
                System.out.println("FAILED: " + arguments[0] + " " + count + " " + seed + " "
                    + episode + " repeats this episode; its files are in " + directory);
                System.exit(1);
            }
            delete(directory);
        }
        System.out.println("PASSED: " + String.join(" ", arguments));
    }

    private static String episode(
        final String what, final Path directory, final boolean ring, final long seed,
        final long count) {
        switch (what) {
            case "killer" -> {
                try (RandomKiller killer = new RandomKiller(directory, ring, seed)) {
                    killer.run(PER_EPISODE, Duration.ZERO);
                    return killer.summary();
                }
            }
            case "self" -> {
                try (SelfKill selfKill = new SelfKill(directory, ring, seed)) {
                    while (selfKill.deaths() < PER_EPISODE / 2) {
                        selfKill.round();
                    }
                    selfKill.keepInBackground();
                    while (selfKill.deaths() < PER_EPISODE) {
                        selfKill.round();
                    }
                    return selfKill.summary();
                }
            }
            default -> {
                try (Paused paused = new Paused(directory, ring, seed)) {
                    for (final Place place : Paused.places(ring)) {
                        paused.stopIn(place, Duration.ofSeconds(count));
                        System.out.println("stopped for " + count + " s in " + place);
                    }
                    return paused.summary();
                }
            }
        }
    }

    private static void delete(final Path directory) throws IOException {
        final List<Path> entries;
        try (Stream<Path> walk = Files.walk(directory)) {
            entries = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path entry : entries) {
            Files.deleteIfExists(entry);
        }
    }
}
