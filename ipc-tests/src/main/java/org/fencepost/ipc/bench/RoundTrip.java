package org.fencepost.ipc.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time from before a message is sent until its answer has arrived through a second ring. */
final class RoundTrip implements Measure {
    static final String LABEL = "round-trip";

    /** The longest messages that are asked about, unless there are no shorter ones. */
    private static final int PAYLOAD_BYTES_MAX = 256;
    /** Round trips between two looks at whether to stop. */
    private static final int CHUNK = 256;
    private static final String PING = "ping";
    private static final String PONG = "pong";
    private static final String THERE = "there";
    private static final String BACK = "back";

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Round trip, ns";
    }

    @Override
    public List<Figure> figures() {
        return Latencies.FIGURES;
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        final List<Integer> sizes = options.sizes();
        final List<Integer> few =
            sizes.stream().filter(size -> size <= PAYLOAD_BYTES_MAX).toList();
        return (few.isEmpty() ? sizes.subList(0, 1) : few).stream().map(Variant::ofSize).toList();
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof final MessageContender messages && !messages.keepsBack();
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(
            new Part(PING, 0, false, true),
            new Part(PONG, 0, true, false));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final boolean pings = part.role().equals(PING);
        final Payload payload = run.payload(Payload.Content.ENDS);
        try (Receiver receiver = run.messages().openReceiver(
                run.path(pings ? BACK : THERE), new Checker(payload, 1));
            Sender sender = run.messages().openSender(run.path(pings ? THERE : BACK), payload)) {
            run.ready();
            final SendLoop send = new SendLoop(sender, run);
            final ReceiveLoop receive = new ReceiveLoop(receiver, run);
            if (pings) {
                final Ping ping = new Ping(run, send, receive);
                ping.measure();
                run.report(ping.latencies.numbers());
            } else {
                answer(run, send, receive);
            }
        }
    }

    private static void answer(
        final Run run, final SendLoop send, final ReceiveLoop receive) {
        while (!run.isStopped()) {
            answerChunk(send, receive);
        }
    }

    private static void answerChunk(final SendLoop send, final ReceiveLoop receive) {
        for (int i = 0; i < CHUNK; i++) {
            if (!receive.receiveOne() || !send.send()) {
                return;
            }
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.getFirst();
    }

    private static final class Ping {
        private final Run run;
        private final SendLoop send;
        private final ReceiveLoop receive;
        private final Latencies latencies = new Latencies();

        Ping(final Run run, final SendLoop send, final ReceiveLoop receive) {
            this.run = run;
            this.send = send;
            this.receive = receive;
        }

        void measure() {
            exchangeFor(run.plan().warmUpMillis(), 0);
            latencies.reset();
            run.measuring();
            exchangeFor(run.plan().measureMillis(), run.plan().messagesMin());
        }

        private void exchangeFor(final long millis, final long messagesMin) {
            final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            final long first = send.sent();
            while ((System.nanoTime() - end < 0 || send.sent() - first < messagesMin)
                && !run.isStopped()) {
                exchangeChunk();
            }
        }

        private void exchangeChunk() {
            for (int i = 0; i < CHUNK; i++) {
                final long start = System.nanoTime();
                if (!send.send() || !receive.receiveOne()) {
                    return;
                }
                latencies.record(System.nanoTime() - start);
            }
        }
    }
}
