package org.fencepost.ipc.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Which goals are reached, with figures that are given and not measured. */
class GoalsTest {
    private final Map<Cell, List<Sample>> samples = new LinkedHashMap<>();

    @Test
    void shouldDivideMediansByTheBestOfTheOthersWhenMoreIsBetter() {
        throughput("fencepost-shared", 39, 1, 40);
        throughput("agrona-many-to-one", 20);
        throughput("aeron-shared", 30);
        throughput("agrona-one-to-one", 70);
        final Goals.Reached reached = only(Goals.reached(samples));
        assertEquals("aeron-shared", reached.other());
        assertEquals(1.3, reached.reached());
        assertTrue(reached.isReached());
    }

    @Test
    void shouldTakeTheLeastOfTheOthersWhenLessIsBetter() {
        startUp("fencepost-shared", 300);
        startUp("agrona-many-to-one", 200);
        startUp("agrona-one-to-one", 250);
        final Goals.Reached reached = only(Goals.reached(samples));
        assertEquals("agrona-many-to-one", reached.other());
        assertEquals(1.5, reached.reached());
        assertFalse(reached.isReached());
    }

    @Test
    void shouldSayNothingWhenNobodyElseWasMeasured() {
        throughput("fencepost-shared", 39);
        assertEquals(List.of(), Goals.reached(samples));
    }

    @Test
    void shouldTakeTheFigureItselfWhenTheGoalIsNothing() {
        add("fencepost-shared", new Allocation(), List.of(sample(0.0001, 16)));
        final List<Goals.Reached> reached = Goals.reached(samples);
        assertEquals(2, reached.size());
        assertTrue(reached.get(0).isReached(), reached::toString);
        assertFalse(reached.get(1).isReached(), reached::toString);
    }

    private void throughput(final String name, final double... figures) {
        add(name, new Throughput(), DoubleStream.of(figures).mapToObj(GoalsTest::sample).toList());
    }

    private void startUp(final String name, final double millis) {
        add(name, new StartUp(), List.of(sample(millis)));
    }

    private void add(final String name, final Measure measure, final List<Sample> taken) {
        final Entrant entrant = new GivenEntrant(name, GivenEntrant::outcome);
        samples.put(new Cell(entrant, measure, Variant.ofSize(32)), taken);
    }

    private static Sample sample(final double... figures) {
        return new Sample(1, GivenEntrant.outcome(figures), 100, 100);
    }

    private static Goals.Reached only(final List<Goals.Reached> reached) {
        assertEquals(1, reached.size(), reached::toString);
        return reached.getFirst();
    }
}
