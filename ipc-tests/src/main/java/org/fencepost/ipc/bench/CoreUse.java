package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How much of the cores' time the processes of a run have used, and how much all processes have, as
 * the kernel counts it. The round trip of a cache line does not show that others work on the same
 * cores; the difference of these does.
 */
final class CoreUse {
    private static final Path PROC = Path.of("/proc");
    /** What the kernel counts in, on every architecture. */
    private static final double TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** Places in a CPU's line, counted from its name, of time that it did not work. */
    private static final List<Integer> IDLE_PLACES = List.of(4, 5);
    /** Places in a CPU's line from here on count again what others have counted. */
    private static final int PLACES = 9;
    /** Places behind a process's name of the time that it has used. */
    private static final List<Integer> USED_PLACES = List.of(11, 12);

    /** In a shorter time than so many ticks one more or less would decide. */
    private static final int TICKS_MIN = 3;

    private CoreUse() {
    }

    /**
     * What part of the time of so many cores this was, from 0 to 1, or {@link Outcome#UNKNOWN} if that
     * time was too short to tell.
     */
    static double share(final double usedNanos, final double nanos, final int cores) {
        return nanos < TICKS_MIN * TICK_NANOS
            ? Outcome.UNKNOWN : Math.max(0, usedNanos / nanos / cores);
    }

    /** Nanoseconds that these CPUs have worked so far, or {@link Outcome#UNKNOWN}. */
    static double workedNanos(final List<Integer> cpus) {
        double ticks = 0;
        int found = 0;
        try {
            for (final String line : Files.readAllLines(PROC.resolve("stat"))) {
                final String[] words = line.split(" ");
                if (cpus.stream().anyMatch(cpu -> words[0].equals("cpu" + cpu))) {
                    found++;
                    for (int place = 1; place < Math.min(PLACES, words.length); place++) {
                        ticks += IDLE_PLACES.contains(place) ? 0 : Double.parseDouble(words[place]);
                    }
                }
            }
        } catch (final IOException | NumberFormatException e) {
            return Outcome.UNKNOWN;
        }
        return found == cpus.size() ? ticks * TICK_NANOS : Outcome.UNKNOWN;
    }

    /** Nanoseconds that all threads of a process have used so far, or {@link Outcome#UNKNOWN}. */
    static double usedNanos(final long pid) {
        try {
            final String text =
                Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            // The name is in brackets, and may have blanks and brackets in it.
            final String[] words = text.substring(text.lastIndexOf(')') + 2).split(" ");
            double ticks = 0;
            for (final int place : USED_PLACES) {
                ticks += Double.parseDouble(words[place]);
            }
            return ticks * TICK_NANOS;
        } catch (final IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return Outcome.UNKNOWN;
        }
    }
}
