package org.fencepost.ipc.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time from starting two JVMs until the first message of one has arrived in the other. */
final class StartUp extends MessageFlow {
    static final String LABEL = "start-up";

    StartUp() {
        super(
            LABEL,
            "Start-up to the first message, JVMs included, ms",
            List.of(Figure.of("firstMessageMillis", "ms", 0)),
            Payload.Content.ENDS);
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(Variant.ofSize(options.sizes().getFirst()));
    }

    @Override
    boolean isAboutLoneMessages() {
        return true;
    }

    @Override
    void send(final Run run, final SendLoop loop, final Payload payload) throws Exception {
        loop.send();
        run.ready();
        while (!run.isStopped()) {
            Thread.yield();
        }
    }

    @Override
    void receive(final Run run, final ReceiveLoop loop) throws Exception {
        loop.receiveOne();
        final long nanos = run.nanosSinceStart();
        run.ready();
        run.measuring();
        run.report((double) nanos / TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.getFirst();
    }
}
