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
 * @param messagesMax   that each sender sends.
 * @param sharesCores   whether there are more processes than cores.
 */
record RunPlan(
    Measure measure, Variant variant, long warmUpMillis, long measureMillis, long messagesMin,
    long messagesMax, boolean sharesCores) {

    /** What a run leaves in files at most, the warm-up included, where everything is kept. */
    private static final long KEPT_BYTES_MAX = 2L << 30;
    /** Processes that share cores have their code compiled that much later. */
    private static final int WARM_UPS_OF_SHARERS = 3;
    /** Bytes of a header, at most. */
    private static final int HEADER_BYTES_MAX = 64;

    RunPlan(
        final Measure measure,
        final Variant variant,
        final long warmUpMillis,
        final long measureMillis,
        final long messagesMin) {
        this(measure, variant, warmUpMillis, measureMillis, messagesMin, Long.MAX_VALUE, false);
    }

    /** The same for this contender, on so many cores. */
    RunPlan of(final Contender contender, final int cores) {
        final List<Part> parts = measure.parts(variant);
        final boolean keepsAll =
            contender instanceof final MessageContender messages && messages.keepsAll();
        final long senders = Math.max(1, parts.stream().filter(part -> !part.receives()).count());
        final boolean shares = parts.size() > cores;
        return new RunPlan(measure, variant,
            shares ? warmUpMillis * WARM_UPS_OF_SHARERS : warmUpMillis, measureMillis, messagesMin,
            keepsAll
                ? KEPT_BYTES_MAX / senders / (variant.payloadBytes() + HEADER_BYTES_MAX)
                : messagesMax,
            shares);
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
            Long.toString(messagesMax),
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
            Long.parseLong(arguments.get(7)),
            Boolean.parseBoolean(arguments.get(8)));
    }
}
