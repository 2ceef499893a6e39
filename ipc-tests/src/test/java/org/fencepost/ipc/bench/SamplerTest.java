package org.fencepost.ipc.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which runs count, with distances between the cores that are given and not measured. */
class SamplerTest {
    private static final double NEAR = 130;
    private static final double FAR = 510;

    private final Deque<Double> distances = new ArrayDeque<>();
    private final Deque<Double> othersShares = new ArrayDeque<>();
    private int runs;
    private int failingRun;
    private long secondsMax = 100;
    private double nearNanos = Bracketing.UNKNOWN;

    private final Entrant entrant = new GivenEntrant("counted", () -> {
        if (++runs == failingRun) {
            throw new RunFailedException("run " + runs);
        }
        return new Outcome(
            List.of((double) runs), othersShares.isEmpty() ? 0 : othersShares.pop());
    });

    private final Cell cell = new Cell(entrant, new Throughput(), Variant.ofSize(32));
    private final Cell single = new Cell(entrant, new JournalAppend(), Variant.ofSize(256));
    private List<Cell> cells = List.of(cell);
    private List<String> options = List.of();

    @Test
    void shouldKeepEveryRunWhenCoresAreNear() {
        final Sampler sampler = sample(2, 5, NEAR, NEAR, NEAR);
        assertEquals(List.of(1.0, 2.0), figures(sampler));
        assertEquals(0, sampler.repeats());
    }

    @Test
    void shouldRepeatARunWhenCoresWereFarAfterIt() {
        final Sampler sampler = sample(2, 5, NEAR, FAR, NEAR, NEAR, NEAR);
        assertEquals(List.of(2.0, 3.0), figures(sampler));
        assertEquals(1, sampler.repeats());
        assertEquals(0, sampler.missing());
    }

    @Test
    void shouldGoWithoutASampleWhenCoresStayFar() {
        final Sampler sampler = sample(2, 2, NEAR, FAR, NEAR, FAR, NEAR, NEAR);
        assertEquals(List.of(3.0), figures(sampler));
        assertEquals(1, sampler.missing());
    }

    @Test
    void shouldTakeAnEarlierRunAgainWhenABetterDistanceIsSeenLater() {
        // Near by the 130 ns of the calibration, far by the 60 ns that the second round sees.
        final Sampler sampler = sample(2, 5, NEAR, NEAR, 60, 60, 60);
        assertEquals(List.of(3.0, 4.0), figures(sampler));
        assertEquals(2, sampler.repeats());
    }

    @Test
    void shouldRepeatARunWhenCoresWereMuchNearerThanGiven() {
        nearNanos = NEAR;
        final Sampler sampler = sample(1, 5, NEAR, 60, NEAR, NEAR);
        assertEquals(List.of(2.0), figures(sampler));
        assertEquals(1, sampler.repeats());
    }

    @Test
    void shouldKeepEveryRunWhenDistancesAreUnknown() {
        final double unknown = Bracketing.UNKNOWN;
        final Sampler sampler = sample(unknown, 2, 5, unknown, unknown, unknown, unknown);
        assertEquals(List.of(1.0, 2.0), figures(sampler));
    }

    @Test
    void shouldRepeatARunWhenOthersWorkedOnTheCores() {
        othersShares.addAll(List.of(0.5, 0.01));
        final Sampler sampler = sample(2, 5, NEAR, NEAR, NEAR, NEAR);
        assertEquals(List.of(2.0, 3.0), figures(sampler));
        assertEquals(1, sampler.repeats());
    }

    @Test
    void shouldKeepTheLeastDisturbedRunWhenOthersStay() {
        othersShares.addAll(List.of(0.5, 0.3, 0.4));
        final Sampler sampler = sample(1, 3, NEAR, NEAR, NEAR, NEAR);
        assertEquals(List.of(2.0), figures(sampler));
        assertEquals(2, sampler.repeats());
        assertEquals(0, sampler.missing());
    }

    @Test
    void shouldGoOnWithTheOthersWhenARunFails() {
        failingRun = 2;
        final Sampler sampler = sample(3, 5, NEAR, NEAR, NEAR, NEAR);
        assertEquals(List.of(1.0, 3.0), figures(sampler));
        assertEquals(
            List.of("round 2, throughput at 32 bytes: counted: run 2"), sampler.failures());
    }

    @Test
    void shouldBeginNoRunWhenTheTimeIsUp() {
        secondsMax = 0;
        final Sampler sampler = sample(3, 5);
        assertEquals(List.of(), figures(sampler));
        assertEquals(3, sampler.leftOut());
    }

    @Test
    void shouldTakeNoBracketWhenARunIsOneProcess() {
        options = List.of("--rounds", "2");
        cells = List.of(single);
        final Sampler sampler = sampleNear();
        assertEquals(2, sampler.samples().get(single).size());
        assertTrue(sampler.samples().get(single).stream().allMatch(sample ->
            Double.isNaN(sample.beforeNanos()) && Double.isNaN(sample.afterNanos())));
    }

    @Test
    void shouldShareNoBracketWhenAnotherRunWasBetween() {
        options = List.of("--rounds", "2");
        cells = List.of(cell, single);
        final Sampler sampler = sampleNear(131, 132, 133, 134);
        assertEquals(List.of(131.0, 133.0),
            sampler.samples().get(cell).stream().map(Sample::beforeNanos).toList());
        assertEquals(List.of(132.0, 134.0),
            sampler.samples().get(cell).stream().map(Sample::afterNanos).toList());
    }

    @Test
    void shouldTakeWhatIsOneProcessWhileCoresAreFar() {
        options = List.of("--rounds", "2");
        cells = List.of(cell, single);
        final Sampler sampler = sampleNear(FAR, NEAR, NEAR, NEAR);
        assertEquals(List.of(2.0, 3.0), figures(sampler));
        assertEquals(List.of(1.0, 4.0), sampler.samples().get(single).stream()
            .map(sample -> sample.outcome().figures().getFirst()).toList());
        assertEquals(1, sampler.delays());
    }

    @Test
    void shouldTakeOneRoundWhenThePresetSaysSo() {
        options = List.of("--full");
        final Cell throughput =
            new Cell(named(FencepostContender.SHARED), new Throughput(), Variant.ofSize(32));
        final Cell allocation =
            new Cell(named(FencepostContender.SHARED), new Allocation(), Variant.ofSize(32));
        cells = List.of(throughput, allocation);
        final Sampler sampler = sampleNear();
        assertEquals(5, sampler.samples().get(throughput).size());
        assertEquals(1, sampler.samples().get(allocation).size());
    }

    private static Entrant named(final String name) {
        return new GivenEntrant(name, () -> GivenEntrant.outcome(1, 1));
    }

    private Sampler sampleNear(final double... measured) {
        return sampleAll(NEAR, measured);
    }

    private Sampler sample(final int rounds, final int attempts, final double... measured) {
        return sample(NEAR, rounds, attempts, measured);
    }

    private Sampler sample(
        final double calibration, final int rounds, final int attempts, final double... measured) {
        options = List.of(
            "--rounds", Integer.toString(rounds), "--attempts", Integer.toString(attempts));
        return sampleAll(calibration, measured);
    }

    private Sampler sampleAll(final double calibration, final double... measured) {
        final Bracketing bracketing =
            new Bracketing(() -> distances.isEmpty() ? calibration : distances.pop(), nearNanos);
        for (final double distance : measured) {
            distances.add(distance);
        }
        final Sampler sampler = new Sampler(
            BenchmarkOptions.parse(options.toArray(String[]::new)),
            new TimeLimit(secondsMax),
            bracketing,
            new PrintStream(OutputStream.nullOutputStream()));
        sampler.takeAll(cells);
        assertEquals(List.of(), List.copyOf(distances), "distances that nobody asked for");
        return sampler;
    }

    private List<Double> figures(final Sampler sampler) {
        return sampler.samples().get(cell).stream().map(sample ->
            sample.outcome().figures().getFirst()).toList();
    }
}
