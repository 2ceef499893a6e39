package org.fencepost.ipc.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Time from when a message was due to be sent until it has arrived, at a fixed pace. A sender that
 * is late does not make up for it, so whatever holds it up counts against all messages that were
 * due meanwhile. The clocks of the processes are the same one, CLOCK_MONOTONIC.
 */
final class PacedLatency extends MessageFlow {
    static final String LABEL = "paced";

    private static final long THOUSAND = 1000;

    PacedLatency() {
        super(
            LABEL,
            "From due to arrived at a fixed pace, ns",
            Latencies.FIGURES,
            Payload.Content.STAMPED);
    }

    /** The amount is messages a second. */
    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return Stream.of(100L, 1000L).map(thousands -> new Variant(thousands + " k a second",
            options.sizes().getFirst(), thousands * THOUSAND)).toList();
    }

    @Override
    boolean isAboutLoneMessages() {
        return true;
    }

    @Override
    void send(final Run run, final SendLoop loop, final Payload payload) throws Exception {
        run.ready();
        final double intervalNanos =
            (double) TimeUnit.SECONDS.toNanos(1) / run.variant().amount();
        final long start = System.nanoTime();
        while (!run.isStopped()) {
            sendDue(loop, payload, start + (long) (loop.sent() * intervalNanos));
        }
    }

    private static void sendDue(final SendLoop loop, final Payload payload, final long due) {
        while (System.nanoTime() - due < 0) {
            Thread.onSpinWait();
        }
        payload.stamp(due);
        loop.send();
    }

    @Override
    void openAndReceive(final Run run, final Payload payload) throws Exception {
        final Latencies latencies = new Latencies();
        final Checker checker = new Checker(
            payload, 1, due -> latencies.record(System.nanoTime() - due));
        try (Receiver receiver = openReceiver(run, checker)) {
            run.ready();
            final ReceiveLoop loop = new ReceiveLoop(receiver, run);
            loop.warmUp();
            latencies.reset();
            run.measuring();
            loop.receiveForMeasure();
            run.report(latencies.numbers());
            loop.receiveUntilStopped();
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.getFirst();
    }
}
