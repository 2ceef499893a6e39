package org.fencepost.ipc.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time from starting two JVMs until the first message of one has arrived in the other. */
final class StartUp implements Measure {
    static final String LABEL = "start-up";

    private static final String SEND = "send";
    private static final String RECEIVE = "receive";

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Start-up to the first message, JVMs included, ms";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.of("firstMessageMillis", "ms", 0));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(Variant.ofSize(options.sizes().getFirst()));
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
        final Payload payload = run.payload(Payload.Content.ENDS);
        if (part.role().equals(SEND)) {
            try (Sender sender = run.messages().openSender(run.path("ring"), payload)) {
                new SendLoop(sender, run).send();
                run.ready();
                while (!run.isStopped()) {
                    Thread.yield();
                }
            }
        } else {
            try (Receiver receiver =
                run.messages().openReceiver(run.path("ring"), new Checker(payload, 1))) {
                new ReceiveLoop(receiver, run).receiveOne();
                final long nanos = run.nanosSinceStart();
                run.ready();
                run.measuring();
                run.report((double) nanos / TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.getFirst();
    }
}
