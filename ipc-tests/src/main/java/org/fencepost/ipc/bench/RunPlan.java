package org.fencepost.ipc.bench;

import java.util.List;

/**
 * What the processes of a run do.
 *
 * @param measure       what is found out.
 * @param variant       with which messages.
 * @param warmUpMillis  before anything is counted.
 * @param measureMillis that are counted.
 * @param messagesMin   to be received, however long it takes.
 * @param sharesCores   whether there are more processes than cores.
 */
record RunPlan(
    Measure measure, Variant variant, long warmUpMillis, long measureMillis, long messagesMin,
    boolean sharesCores) {

    RunPlan(
        final Measure measure,
        final Variant variant,
        final long warmUpMillis,
        final long measureMillis,
        final long messagesMin) {
        this(measure, variant, warmUpMillis, measureMillis, messagesMin, false);
    }

    /** The same on so many cores. */
    RunPlan onCores(final int count) {
        return new RunPlan(measure, variant, warmUpMillis, measureMillis, messagesMin,
            measure.parts(variant).size() > count);
    }

    List<String> toArguments() {
        return List.of(
            measure.label(),
            variant.label(),
            Integer.toString(variant.payloadBytes()),
            Long.toString(variant.amount()),
            Long.toString(warmUpMillis),
            Long.toString(measureMillis),
            Long.toString(messagesMin),
            Boolean.toString(sharesCores));
    }

    static RunPlan ofArguments(final List<String> arguments) {
        return new RunPlan(
            Measures.byLabel(arguments.get(0)),
            new Variant(
                arguments.get(1),
                Integer.parseInt(arguments.get(2)),
                Long.parseLong(arguments.get(3))),
            Long.parseLong(arguments.get(4)),
            Long.parseLong(arguments.get(5)),
            Long.parseLong(arguments.get(6)),
            Boolean.parseBoolean(arguments.get(7)));
    }
}
