package org.fencepost.ipc.mutants;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The command line.
 *
 * @param only          names of mutants; none for all.
 * @param layers        in the order in which they run.
 * @param jobs          mutants at a time.
 * @param schedules     of each scenario.
 * @param stressOptions of the stress tests, if they are asked for.
 * @param list          whether to say what there is, and no more.
 * @param table         whether to print what is known, and run nothing.
 * @param fresh         whether to forget earlier results.
 */
record Options(
    Set<String> only, List<Layer> layers, int jobs, long schedules, String stressOptions,
    boolean list, boolean table, boolean fresh) {

    private static final String STRESS_OPTIONS =
        "-sc false -af NONE -f 1 -iters 2 -time 1000 -jvmArgs -Xmx256m";

    private static final String USAGE = """
        usage: mutants [--only NAME,...] [--layers LAYER,...] [--jobs N] [--schedules N]
                       [--stress-options OPTIONS] [--list] [--table] [--fresh]
        --only       these faults (--list names them)
        --layers     of units, crash, simulation, sweeps, platform, files, conformance, portable,
                     processes, closing, damage (these run unless others are named) and stress
        --jobs       faults at a time (1)
        --schedules  of each scenario of the simulation, from seed 1 (8000)
        --table      what is known from earlier runs, without running anything
        --fresh      forget earlier runs; without it a fault that was caught is not put in again as
                     long as the product's source is the same""";

    /** What is wrong with a command line. */
    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(final String message) {
            super(message);
        }
    }

    static Options parse(final List<String> arguments) {
        final Set<String> only = new HashSet<>();
        List<Layer> layers =
            List.copyOf(EnumSet.complementOf(EnumSet.of(Layer.STRESS)));
        int jobs = 1;
        long schedules = 8000;
        String stressOptions = STRESS_OPTIONS;
        boolean list = false;
        boolean table = false;
        boolean fresh = false;
        final Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            final String argument = rest.next();
            switch (argument) {
                case "--only" -> only.addAll(List.of(value(rest, argument).split(",")));
                case "--layers" -> layers = layers(value(rest, argument));
                case "--jobs" -> jobs = Math.toIntExact(number(rest, argument));
                case "--schedules" -> schedules = number(rest, argument);
                case "--stress-options" -> stressOptions = value(rest, argument);
                case "--list" -> list = true;
                case "--table" -> table = true;
                case "--fresh" -> fresh = true;
                case "--help" -> throw new UsageException(USAGE);
                default -> throw new UsageException("unknown: " + argument + "\n" + USAGE);
            }
        }
        return new Options(only, layers, jobs, schedules, stressOptions, list, table, fresh);
    }

    void requireKnown(final List<Mutant> mutants) {
        final Set<String> unknown = new HashSet<>(only);
        mutants.forEach(mutant -> unknown.remove(mutant.name()));
        if (!unknown.isEmpty()) {
            throw new UsageException("there is no fault of the name " + String.join(", ", unknown)
                + "; see --list");
        }
    }

    private static List<Layer> layers(final String names) {
        final List<Layer> layers = new ArrayList<>();
        for (final String name : names.split(",")) {
            try {
                layers.add(Layer.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (final IllegalArgumentException e) {
                throw new UsageException("there is no layer " + name + "\n" + USAGE);
            }
        }
        return layers;
    }

    private static String value(final Iterator<String> rest, final String option) {
        if (!rest.hasNext()) {
            throw new UsageException(option + " needs a value\n" + USAGE);
        }
        return rest.next();
    }

    private static long number(final Iterator<String> rest, final String option) {
        final String value = value(rest, option);
        try {
            final long number = Long.parseLong(value);
            if (number > 0) {
                return number;
            }
        } catch (final NumberFormatException e) {
            // Said below.
        }
        throw new UsageException(option + " needs a positive number, not " + value);
    }
}
