package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Runs schedules of the protocol from the command line, for as long as one likes:
 *
 * <pre>
 *   Simulate &lt;scenario&gt;|all &lt;first seed&gt; &lt;seeds&gt; [--threads n]
 *   Simulate sweep &lt;operation&gt;|all &lt;first schedule&gt; &lt;schedules&gt; [--threads n] [--pairs n]
 *   Simulate trace &lt;scenario&gt; &lt;seed&gt;
 *   Simulate trace &lt;point&gt;
 * </pre>
 *
 * <p>The first runs each seed of each scenario. The second cuts each operation off at each of its
 * points under each schedule, and of two deaths takes one pair in n (1, if not said: all). Both print
 * how far they are, and from where to resume. The first failure ends a scenario, is printed with
 * what repeats it, and makes the status 1. The others print the steps of one run.
 */
public final class Simulate {
    private Simulate() {
    }

    /** See above. */
    public static void main(final String[] arguments) throws InterruptedException {
        final List<String> words = new ArrayList<>(List.of(arguments));
        final int status;
        try {
            final int threads = option(words, "--threads", 1);
            final int pairs = option(words, "--pairs", 1);
            status = switch (words.getFirst()) {
                case "trace" -> trace(words);
                case "sweep" -> sweep(words, threads, pairs);
                default -> schedules(words, threads);
            };
        } catch (final IllegalArgumentException | IndexOutOfBoundsException
            | NoSuchElementException e) {
            usage(e);
            System.exit(2);
            return;
        }
        System.exit(status);
    }

    private static int schedules(final List<String> words, final int threads)
        throws InterruptedException {
        final long first = Long.parseLong(words.get(1));
        final long count = Long.parseLong(words.get(2));
        int status = 0;
        for (final ChannelScenario.Kind kind : words.getFirst().equals("all")
            ? ChannelScenario.Kind.values()
            : new ChannelScenario.Kind[] {ChannelScenario.Kind.valueOf(constant(words, 0))}) {
            final Schedules schedules = Scenarios.of(kind);
            final Campaign campaign = new Campaign(name(kind), first, count, threads,
                schedules::run, schedules::summary);
            status |= campaign.run() ? 0 : 1;
        }
        return status;
    }

    private static int sweep(final List<String> words, final int threads, final int pairs)
        throws InterruptedException {
        final Operation[] operations = words.get(1).equals("all")
            ? Operation.values() : new Operation[] {Operation.valueOf(constant(words, 1))};
        final long first = Long.parseLong(words.get(2));
        final long count = Long.parseLong(words.get(3));
        int status = 0;
        for (final Operation operation : operations) {
            final LongAdder points = new LongAdder();
            final LongAdder runs = new LongAdder();
            final LongAdder steps = new LongAdder();
            final Campaign campaign = new Campaign("sweep " + name(operation), first, count,
                threads, schedule -> {
                    for (final Cut cut : Cut.values()) {
                        final Sweep sweep = new Sweep(operation, cut, schedule);
                        sweep.run(pairs);
                        points.add(sweep.points());
                        runs.add(sweep.runs());
                        steps.add(sweep.steps());
                    }
                }, () -> points + " points, " + runs + " runs, " + steps + " steps");
            status |= campaign.run() ? 0 : 1;
        }
        return status;
    }

    private static int trace(final List<String> words) {
        final List<String> lines = words.get(1).contains(":")
            ? Point.parse(words.get(1)).trace()
            : Scenarios.of(ChannelScenario.Kind.valueOf(constant(words, 1)))
                .trace(Long.parseLong(words.get(2)));
        lines.forEach(System.out::println);
        return 0;
    }

    /** The number behind a word, both taken out. */
    private static int option(final List<String> words, final String option, final int otherwise) {
        final int at = words.indexOf(option);
        if (at < 0) {
            return otherwise;
        }
        words.remove(at);
        final int number = Integer.parseInt(words.remove(at));
        if (number < 1) {
            throw new IllegalArgumentException(option + " is " + number + ", expected 1 or more");
        }
        return number;
    }

    private static void usage(final Exception e) {
        System.err.println(e.getMessage());
        System.err.println("usage: Simulate <scenario>|all <first seed> <seeds> [--threads n]");
        System.err.println("       Simulate sweep <operation>|all <first schedule> <schedules>"
            + " [--threads n] [--pairs n]");
        System.err.println("       Simulate trace <scenario> <seed>");
        System.err.println("       Simulate trace <point>");
        System.err.println("scenarios: " + names(ChannelScenario.Kind.values()));
        System.err.println("operations: " + names(Operation.values()));
    }

    private static String names(final Enum<?>[] values) {
        return String.join(", ", (Iterable<String>)
            Stream.of(values).map(Simulate::name)::iterator);
    }

    private static String name(final Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String constant(final List<String> words, final int index) {
        return words.get(index).toUpperCase(Locale.ROOT);
    }
}
