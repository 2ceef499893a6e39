package org.fencepost.ipc.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Time from when a message was due to be sent until it has arrived, at a fixed pace. A sender that
 * is late does not make up for it, so whatever holds it up counts against all messages that were due
 * meanwhile. The clocks of the processes are the same one, CLOCK_MONOTONIC.
 */
final class PacedLatency implements Measure {
    static final String LABEL = "paced";

    private static final String SEND = "send";
    private static final String RECEIVE = "receive";

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "From due to arrived at a fixed pace, ns";
    }

    @Override
    public List<Figure> figures() {
        return Latencies.FIGURES;
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return Stream.of(100_000L, 1_000_000L).map(rate -> new Variant(
            rate / 1000 + " k a second", options.sizes().getFirst(), rate)).toList();
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof final MessageContender messages && !messages.keepsBack();
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(Part.sending(SEND, 0), Part.receiving(RECEIVE, 0));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final Payload payload = run.payload(Payload.Content.STAMPED);
        if (part.role().equals(SEND)) {
            try (Sender sender = run.messages().openSender(run.path("ring"), payload)) {
                run.ready();
                final double intervalNanos =
                    (double) TimeUnit.SECONDS.toNanos(1) / run.variant().amount();
                new Pacer(run, new SendLoop(sender, run), payload, intervalNanos).send();
            }
        } else {
            final Latencies latencies = new Latencies();
            final Checker checker = new Checker(
                payload, 1, due -> latencies.record(System.nanoTime() - due));
            try (Receiver receiver = run.messages().openReceiver(run.path("ring"), checker)) {
                run.ready();
                final ReceiveLoop loop = new ReceiveLoop(receiver, run);
                loop.warmUp();
                latencies.reset();
                loop.measure();
                run.report(latencies.numbers());
                loop.receiveUntilStopped();
            }
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.getFirst();
    }

    private static final class Pacer {
        private final Run run;
        private final SendLoop loop;
        private final Payload payload;
        private final double intervalNanos;
        private final long start = System.nanoTime();

        Pacer(
            final Run run,
            final SendLoop loop,
            final Payload payload,
            final double intervalNanos) {
            this.run = run;
            this.loop = loop;
            this.payload = payload;
            this.intervalNanos = intervalNanos;
        }

        void send() {
            while (!run.isStopped()) {
                sendDue();
            }
        }

        private void sendDue() {
            final long due = start + (long) (loop.sent() * intervalNanos);
            while (System.nanoTime() - due < 0) {
                Thread.onSpinWait();
            }
            payload.stamp(due);
            loop.send();
        }
    }
}
