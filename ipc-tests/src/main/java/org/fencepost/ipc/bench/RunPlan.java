package org.fencepost.ipc.bench;

import java.util.List;

/**
 * What both processes of a run do.
 *
 * @param measure       what is found out.
 * @param payloadBytes  of every message.
 * @param warmUpMillis  before anything is counted.
 * @param measureMillis that are counted.
 * @param messagesMin   to be received, however long it takes.
 */
record RunPlan(
    Measure measure, int payloadBytes, long warmUpMillis, long measureMillis, long messagesMin) {

    /** Times every ring is gone round in a check, so that re-used memory is seen too. */
    private static final int CHECK_LAPS = 4;

    static RunPlan check(final int payloadBytes) {
        final long messages = (long) CHECK_LAPS * Contenders.RING_BYTES / payloadBytes;
        return new RunPlan(Measure.CHECK, payloadBytes, 0, 0, messages);
    }

    Payload payload() {
        return new Payload(payloadBytes, measure == Measure.CHECK);
    }

    List<String> toArguments() {
        return List.of(
            measure.label(),
            Integer.toString(payloadBytes),
            Long.toString(warmUpMillis),
            Long.toString(measureMillis),
            Long.toString(messagesMin));
    }

    static RunPlan ofArguments(final List<String> arguments) {
        return new RunPlan(
            Measure.ofLabel(arguments.get(0)),
            Integer.parseInt(arguments.get(1)),
            Long.parseLong(arguments.get(2)),
            Long.parseLong(arguments.get(3)),
            Long.parseLong(arguments.get(4)));
    }
}
