package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What Fencepost is to reach, beside its peers in the same run. */
final class Goals {
    private static final String ENDS_32 = "32 bytes";
    private static final String MILLIONS = "millionMessagesPerSecond";
    /** What counts as nothing: less than a byte in a thousand messages. */
    private static final double NOTHING_BYTES = 0.001;

    private static final Predicate<String> PEERS =
        name -> !name.startsWith("fencepost-") && !name.startsWith("c-");
    private static final Predicate<String> MANY_PRODUCER_PEERS = name ->
        name.startsWith(AgronaContender.MANY_TO_ONE) || name.equals(AeronContender.SHARED)
            || name.equals(ChronicleContender.NAME);
    private static final Predicate<String> ONE_PRODUCER_PEERS = name ->
        name.startsWith(AgronaContender.ONE_TO_ONE) || name.equals(AeronContender.EXCLUSIVE);
    private static final Predicate<String> BATCH_PEERS =
        name -> PEERS.test(name) && name.endsWith(StreamContender.BATCH_SUFFIX);

    private static final List<Goal> ALL = all();

    /**
     * One thing to reach: the median of a figure, divided by the best median of others.
     *
     * @param others    what the others are called in the report.
     * @param isOther   who they are.
     * @param wanted    at least, or at most.
     * @param isAtMost  whether less is better.
     * @param isAlone   whether the figure counts as it is, without others.
     */
    record Goal(
        String measure, String variant, String figure, String contender, String others,
        Predicate<String> isOther, double wanted, boolean isAtMost, boolean isAlone) {
    }

    /**
     * What became of a goal.
     *
     * @param other   the best of the others, or empty.
     * @param reached the ratio, or the figure itself.
     */
    record Reached(
        String measure, String variant, String figure, String contender, String other,
        double wanted, boolean atMost, double reached) {
        boolean isReached() {
            return atMost ? reached <= wanted : reached >= wanted;
        }
    }

    private Goals() {
    }

    private static List<Goal> all() {
        final List<Goal> goals = new ArrayList<>();
        addRoundTrips(goals);
        addThroughput(goals);
        for (final String contender
            : List.of(FencepostContender.SHARED, FencepostContender.EXCLUSIVE)) {
            for (final String variant : List.of("256 bytes", "1024 bytes")) {
                goals.add(more(Throughput.LABEL, variant, contender, "peers", PEERS, 1));
                goals.add(more(Throughput.LABEL, variant, contender,
                    NativeEntrant.RING_FULL, NativeEntrant.RING_FULL::equals, 1 / 1.3));
            }
            for (final String variant : List.of("2 subscribers", "3 subscribers")) {
                goals.add(more(Crowd.SUBSCRIBERS, variant, contender, "peers", PEERS, 1));
            }
            for (final Figure figure : new Allocation().figures()) {
                goals.add(new Goal(Allocation.LABEL, ENDS_32, figure.name(), contender, "",
                    name -> false, NOTHING_BYTES, true, true));
            }
        }
        for (final String variant : List.of("2 producers", "4 producers")) {
            goals.add(more(
                Crowd.PRODUCERS, variant, FencepostContender.SHARED, "peers", PEERS, 1));
        }
        addJournals(goals);
        goals.add(less(StartUp.LABEL, "firstMessageMillis", FencepostContender.SHARED,
            "Agrona", name -> name.startsWith("agrona-"), 1.3));
        goals.add(less(StartUp.LABEL, "firstMessageMillis", FencepostContender.SHARED,
            "Aeron and Chronicle Queue",
            name -> name.startsWith("aeron-") || name.equals(ChronicleContender.NAME), 1));
        return List.copyOf(goals);
    }

    private static void addRoundTrips(final List<Goal> goals) {
        final Predicate<String> line = NativeEntrant.LINE::equals;
        goals.add(less(RoundTrip.LABEL, "p50Nanos", FencepostContender.EXCLUSIVE,
            NativeEntrant.LINE, line, 1.15));
        goals.add(less(RoundTrip.LABEL, "p50Nanos", FencepostContender.SHARED,
            NativeEntrant.LINE, line, 1.35));
        for (final String contender
            : List.of(FencepostContender.EXCLUSIVE, FencepostContender.SHARED)) {
            goals.add(less(
                RoundTrip.LABEL, "p99Nanos", contender, NativeEntrant.LINE, line, 2));
            for (final String figure : List.of("p50Nanos", "p99Nanos", "p999Nanos")) {
                goals.add(less(RoundTrip.LABEL, figure, contender, "peers", PEERS, 1));
            }
        }
    }

    private static void addThroughput(final List<Goal> goals) {
        final String label = Throughput.LABEL;
        goals.add(more(label, ENDS_32, FencepostContender.SHARED,
            "many-producer peers", MANY_PRODUCER_PEERS, 1.3));
        goals.add(more(label, ENDS_32, FencepostContender.EXCLUSIVE,
            "one-producer peers", ONE_PRODUCER_PEERS, 1.5));
        goals.add(more(label, ENDS_32, FencepostContender.EXCLUSIVE,
            NativeEntrant.RING, NativeEntrant.RING::equals, 1));
        goals.add(more(label, ENDS_32, FencepostBatchContender.NAME,
            "peers that batch", BATCH_PEERS, 2.5));
        goals.add(more(label, ENDS_32, FencepostBatchContender.NAME,
            NativeEntrant.RING_BATCH, NativeEntrant.RING_BATCH::equals, 1 / 1.5));
    }

    private static void addJournals(final List<Goal> goals) {
        final String name = FencepostJournal.NAME;
        final String durable = "durableMessagesPerSecond";
        goals.add(new Goal(DurableAppends.LABEL, "1 waiting", durable, name,
            FileSyncContender.NAME, FileSyncContender.NAME::equals, 0.9, false, false));
        goals.add(new Goal(DurableAppends.LABEL, "64 waiting", durable, name,
            FileGroupCommitContender.NAME, FileGroupCommitContender.NAME::equals, 0.9, false,
            false));
        goals.add(new Goal(DurableStream.LABEL, "256 bytes", "timesOneWaiter", name,
            "", other -> false, 50, false, true));
        for (final String journal : List.of(name, FencepostBatchJournal.NAME)) {
            goals.add(more(JournalAppend.LABEL, "256 bytes", journal,
                ChronicleContender.NAME, ChronicleContender.NAME::equals, 5));
            for (final String file : List.of(FileJournal.PLAIN, FileJournal.CHECKED)) {
                goals.add(more(JournalAppend.LABEL, "256 bytes", journal, file, file::equals, 1));
            }
        }
        for (final String other : List.of(ChronicleContender.NAME, FileJournal.CHECKED)) {
            goals.add(more(JournalReplay.LABEL, "256 bytes", name, other, other::equals, 1));
        }
        goals.add(new Goal(Recovering.LABEL, "1 GiB", "recoveryMillis", name,
            "", other -> false, 1000, true, true));
    }

    /** At least so many times what the best of the others passes on. */
    private static Goal more(
        final String measure, final String variant, final String contender, final String others,
        final Predicate<String> isOther, final double wanted) {
        return new Goal(
            measure, variant, MILLIONS, contender, others, isOther, wanted, false, false);
    }

    /** At most so many times what the best of the others needs, with 32 bytes. */
    private static Goal less(
        final String measure, final String figure, final String contender, final String others,
        final Predicate<String> isOther, final double wanted) {
        return new Goal(
            measure, ENDS_32, figure, contender, others, isOther, wanted, true, false);
    }

    /** What became of those goals whose contender and others were measured. */
    static List<Reached> reached(final Map<Cell, List<Sample>> samples) {
        final List<Reached> reached = new ArrayList<>();
        for (final Goal goal : ALL) {
            double own = Double.NaN;
            double best = Double.NaN;
            String other = "";
            for (final Map.Entry<Cell, List<Sample>> entry : samples.entrySet()) {
                final Cell cell = entry.getKey();
                if (!isAbout(goal, cell) || entry.getValue().isEmpty()) {
                    continue;
                }
                final double median =
                    Summary.of(entry.getValue(), indexOf(goal, cell.measure())).median();
                final String name = cell.entrant().name();
                if (name.equals(goal.contender())) {
                    own = median;
                } else if (goal.isOther().test(name)
                    && (Double.isNaN(best) || (goal.isAtMost() ? median < best : median > best))) {
                    best = median;
                    other = name;
                }
            }
            final double ratio = goal.isAlone() ? own : own / best;
            if (!Double.isNaN(ratio)) {
                reached.add(new Reached(goal.measure(), goal.variant(), goal.figure(),
                    goal.contender(), other, goal.wanted(), goal.isAtMost(), ratio));
            }
        }
        return reached;
    }

    private static boolean isAbout(final Goal goal, final Cell cell) {
        return cell.measure().label().equals(goal.measure())
            && cell.variant().label().equals(goal.variant());
    }

    private static int indexOf(final Goal goal, final Measure measure) {
        return measure.figures().stream().map(Figure::name).toList().indexOf(goal.figure());
    }
}
