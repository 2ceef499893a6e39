package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A measure in which some processes publish as fast as they can and others receive all of it. What
 * counts is how fast the slowest of those who receive does.
 */
abstract class MessageFlow implements Measure {
    private static final String SEND = "send";
    private static final String RECEIVE = "receive";

    private final Payload.Content content;

    MessageFlow(final Payload.Content content) {
        this.content = content;
    }

    int senders(final Variant variant) {
        return 1;
    }

    int receivers(final Variant variant) {
        return 1;
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof final MessageContender messages
            && senders(variant) <= messages.sendersMax()
            && receivers(variant) <= messages.receiversMax();
    }

    @Override
    public List<Part> parts(final Variant variant) {
        final List<Part> parts = new ArrayList<>();
        for (int i = 0; i < senders(variant); i++) {
            parts.add(Part.sending(SEND, i));
        }
        for (int i = 0; i < receivers(variant); i++) {
            parts.add(Part.receiving(RECEIVE, i));
        }
        return parts;
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final Payload payload = run.payload(content);
        if (part.role().equals(SEND)) {
            try (Sender sender = run.messages().openSender(run.path("ring"), payload)) {
                run.ready();
                new SendLoop(sender, run).sendUntilStopped();
            }
        } else {
            final Checker checker = new Checker(payload, senders(run.variant()));
            try (Receiver receiver = run.messages().openReceiver(run.path("ring"), checker)) {
                run.ready();
                final ReceiveLoop loop = new ReceiveLoop(receiver, run);
                loop.warmUp();
                loop.measure();
                run.report(loop.measuredMessages(), loop.measuredNanos());
                loop.receiveUntilStopped();
            }
        }
    }

    /** Messages and nanoseconds of who receives, as millions a second of the slowest. */
    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return List.of(reports.stream()
            .mapToDouble(report -> millionsPerSecond(report.get(0), report.get(1)))
            .min().orElseThrow());
    }

    static double millionsPerSecond(final double messages, final double nanos) {
        return messages * 1000 / nanos;
    }
}
