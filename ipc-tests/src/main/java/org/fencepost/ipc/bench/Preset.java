package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which measures, contenders and columns are worth the time that a run of everything may take. Each run
 * warms up for long enough that the compilers have come to an end with every contender, the slowest
 * of which is the one with most code.
 */
enum Preset {
    /** A look at most that there is. */
    QUICK(1, 800, 300, 100, List.of(32, 256, 1024)) {
        @Override
        void choose() {
            add(ContentCheck.LABEL, "32 bytes", FENCEPOST);
            add(Throughput.LABEL, "32 bytes", FENCEPOST, PEERS, List.of(
                ChronicleContender.NAME, NativeEntrant.RING_FULL, NativeEntrant.RING_BATCH));
            add(Throughput.LABEL, "256 bytes", PUBLISHERS, AGRONA);
            add(Throughput.LABEL, "1024 bytes", PUBLISHERS, AGRONA);
            add(RoundTrip.LABEL, "32 bytes", PUBLISHERS, PEERS, List.of(NativeEntrant.LINE));
            add(Allocation.LABEL, "32 bytes", PUBLISHERS);
            add(StartUp.LABEL, "32 bytes", List.of(
                FencepostContender.SHARED, MANY_TO_ONE, AeronContender.SHARED));
            add(DurableAppends.LABEL, "1 waiting", DURABLE, List.of(FileSyncContender.NAME));
            add(DurableAppends.LABEL, "64 waiting", DURABLE, List.of(FileGroupCommitContender.NAME));
            add(JournalAppend.LABEL, ANY, DURABLE, JOURNALS);
            add(JournalReplay.LABEL, ANY, DURABLE, JOURNALS);
        }
    },

    /** Every measure and every contender. */
    FULL(5, 900, 300, 1700, List.of(32, 256, 1024, Payload.LENGTH_BYTES_MAX)) {
        @Override
        void choose() {
            final List<String> rings = List.of(
                NativeEntrant.RING, NativeEntrant.RING_FULL, NativeEntrant.RING_BATCH);
            final List<String> streams =
                List.of(StreamContender.UNIX, StreamContender.TCP, StreamContender.PIPE);
            final List<String> batches = List.of(Contenders.UNIX_BATCH, Contenders.TCP_BATCH);
            final List<String> kept = List.of(FencepostContender.JOURNAL, ChronicleContender.NAME);
            for (final String size : List.of("32 bytes", "1024 bytes")) {
                add(ContentCheck.LABEL, size, FENCEPOST, PEERS, kept, streams, batches);
            }
            add(Throughput.LABEL, "32 bytes", FENCEPOST, PEERS, kept, batches, rings);
            addOnce(Throughput.LABEL, "32 bytes", streams);
            add(Throughput.LABEL, "256 bytes", FENCEPOST, PEERS, kept, rings);
            add(Throughput.LABEL, "1024 bytes", FENCEPOST, PEERS, kept, rings);
            add(Throughput.LABEL, Payload.LENGTH_BYTES_MAX + " bytes",
                PUBLISHERS, PEERS, List.of(NativeEntrant.RING_FULL));
            add(Crowd.PRODUCERS, ANY, List.of(
                FencepostContender.SHARED, MANY_TO_ONE, AeronContender.SHARED));
            addOnce(Crowd.PRODUCERS, ANY, List.of(ChronicleContender.NAME));
            add(Crowd.SUBSCRIBERS, ANY, PUBLISHERS, List.of(
                AeronContender.SHARED, AeronContender.EXCLUSIVE));
            addOnce(Crowd.SUBSCRIBERS, ANY, List.of(ChronicleContender.NAME));
            add(RoundTrip.LABEL, "32 bytes", PUBLISHERS, PEERS, kept,
                List.of(NativeEntrant.LINE, NativeEntrant.FUTEX));
            addOnce(RoundTrip.LABEL, "32 bytes", streams);
            add(RoundTrip.LABEL, "256 bytes", PUBLISHERS, PEERS);
            add(PacedLatency.LABEL, ANY, kept, List.of(
                FencepostContender.EXCLUSIVE, ONE_TO_ONE, AeronContender.EXCLUSIVE));
            addOnce(Allocation.LABEL, ANY, FENCEPOST, PEERS, kept);
            add(StartUp.LABEL, ANY, List.of(
                FencepostContender.SHARED, MANY_TO_ONE, AeronContender.SHARED,
                ChronicleContender.NAME));
            addOnce(History.LABEL, ANY, List.of(FencepostHistory.NAME));
            add(DurableAppends.LABEL, ANY, DURABLE, List.of(
                FileSyncContender.NAME, FileGroupCommitContender.NAME));
            add(DurableStream.LABEL, ANY, DURABLE, List.of(FileGroupCommitContender.NAME));
            add(JournalAppend.LABEL, ANY, DURABLE, JOURNALS);
            add(JournalReplay.LABEL, ANY, DURABLE, JOURNALS);
            addOnce(Recovering.LABEL, ANY, DURABLE);
        }
    };

    private static final String ANY = "";
    private static final String MANY_TO_ONE = Contenders.MANY_TO_ONE_UNCHECKED;
    private static final String ONE_TO_ONE = Contenders.ONE_TO_ONE_UNCHECKED;
    private static final List<String> PUBLISHERS =
        List.of(FencepostContender.SHARED, FencepostContender.EXCLUSIVE);
    private static final List<String> FENCEPOST = List.of(
        FencepostContender.SHARED, FencepostContender.EXCLUSIVE, FencepostBatchContender.NAME);
    private static final List<String> AGRONA = List.of(MANY_TO_ONE, ONE_TO_ONE);
    private static final List<String> PEERS = List.of(
        MANY_TO_ONE, ONE_TO_ONE, AeronContender.SHARED, AeronContender.EXCLUSIVE);
    private static final List<String> DURABLE = List.of(FencepostJournal.NAME);
    private static final List<String> JOURNALS =
        List.of(FencepostBatchJournal.NAME, ChronicleContender.NAME, FileJournal.PLAIN, FileJournal.CHECKED);

    private final int rounds;
    private final long warmUpMillis;
    private final long measureMillis;
    private final int seconds;
    private final List<Integer> sizes;
    private final List<Choice> choices = new ArrayList<>();

    /** At most so many rounds of it. */
    private record Choice(String measure, String variant, int rounds, List<String> contenders) {
    }

    Preset(
        final int rounds, final long warmUpMillis, final long measureMillis, final int seconds,
        final List<Integer> sizes) {
        this.rounds = rounds;
        this.warmUpMillis = warmUpMillis;
        this.measureMillis = measureMillis;
        this.seconds = seconds;
        this.sizes = sizes;
    }

    /** Says which cells there are, by {@link #add}. */
    abstract void choose();

    /** Chooses in every round. */
    @SafeVarargs
    final void add(
        final String measure, final String variant, final List<String>... contenders) {
        for (final List<String> some : contenders) {
            choices.add(new Choice(measure, variant, Integer.MAX_VALUE, some));
        }
    }

    /** Chooses in one round: what takes long and does not vary, and who is far from all others. */
    @SafeVarargs
    final void addOnce(
        final String measure, final String variant, final List<String>... contenders) {
        for (final List<String> some : contenders) {
            choices.add(new Choice(measure, variant, 1, some));
        }
    }

    private synchronized List<Choice> choices() {
        if (choices.isEmpty()) {
            choose();
        }
        return choices;
    }

    /** In how many rounds a contender is measured so, at most; 0 if not at all. */
    int rounds(final Measure measure, final Variant variant, final String contender) {
        return choices().stream().filter(choice -> choice.measure().equals(measure.label())
            && (choice.variant().equals(ANY) || choice.variant().equals(variant.label()))
            && choice.contenders().contains(contender)).mapToInt(Choice::rounds).max().orElse(0);
    }

    /** Labels of the measures, in the order of the report. */
    List<String> measures() {
        return choices().stream().map(Choice::measure).distinct().toList();
    }

    /** Names of the contenders. */
    List<String> contenders() {
        final Set<String> wanted = new LinkedHashSet<>();
        choices().forEach(choice -> wanted.addAll(choice.contenders()));
        final List<String> names = Contenders.names();
        names.retainAll(wanted);
        return names;
    }

    int rounds() {
        return rounds;
    }

    long warmUpMillis() {
        return warmUpMillis;
    }

    long measureMillis() {
        return measureMillis;
    }

    /** After which no run is begun. */
    int seconds() {
        return seconds;
    }

    /** Bytes of messages. */
    List<Integer> sizes() {
        return sizes;
    }
}
