package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A measure in which some processes publish and others receive all of it. Unless a subclass does
 * something else, they do so as fast as they can, and what counts is the slowest of those who
 * receive.
 */
abstract class MessageFlow implements Measure {
    private static final String SEND = "send";
    private static final String RECEIVE = "receive";
    private static final String PATH = "ring";

    private final String label;
    private final String title;
    private final List<Figure> figures;
    private final Payload.Content content;

    MessageFlow(
        final String label,
        final String title,
        final List<Figure> figures,
        final Payload.Content content) {
        this.label = label;
        this.title = title;
        this.figures = figures;
        this.content = content;
    }

    @Override
    public final String label() {
        return label;
    }

    @Override
    public final String title() {
        return title;
    }

    @Override
    public final List<Figure> figures() {
        return figures;
    }

    /** Processes that publish. */
    int senders(final Variant variant) {
        return 1;
    }

    /** Processes that receive. */
    int receivers(final Variant variant) {
        return 1;
    }

    /** Whether it asks how long a lone message takes. */
    boolean isAboutLoneMessages() {
        return false;
    }

    /** Whether those who publish report too. */
    boolean sendersReport() {
        return false;
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof final MessageContender messages
            && senders(variant) <= messages.sendersMax()
            && receivers(variant) <= messages.receiversMax()
            && !(isAboutLoneMessages() && messages.keepsBack());
    }

    @Override
    public List<Part> parts(final Variant variant) {
        final List<Part> parts = new ArrayList<>();
        for (int i = 0; i < senders(variant); i++) {
            parts.add(new Part(SEND, i, false, sendersReport()));
        }
        for (int i = 0; i < receivers(variant); i++) {
            parts.add(new Part(RECEIVE, i, true, true));
        }
        return parts;
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final Payload payload = run.payload(content);
        if (part.role().equals(SEND)) {
            try (Sender sender = run.messages().openSender(run.path(PATH), payload)) {
                send(run, new SendLoop(sender, run), payload);
            }
        } else {
            openAndReceive(run, payload);
        }
    }

    /** All that a process that receives does. */
    void openAndReceive(final Run run, final Payload payload) throws Exception {
        try (Receiver receiver =
            openReceiver(run, new Checker(payload, senders(run.variant())))) {
            receive(run, new ReceiveLoop(receiver, run));
        }
    }

    /** A receiver of what the senders of this measure send. */
    static Receiver openReceiver(final Run run, final Checker checker) {
        return run.messages().openReceiver(run.path(PATH), checker);
    }

    /** What a process that publishes does once it is open. */
    void send(final Run run, final SendLoop loop, final Payload payload) throws Exception {
        run.ready();
        loop.sendUntilStopped();
    }

    /** What a process that receives does once it is open. */
    void receive(final Run run, final ReceiveLoop loop) throws Exception {
        run.ready();
        loop.warmUp();
        run.measuring();
        loop.receiveForMeasure();
        run.report(loop.measuredMessages(), loop.measuredNanos());
        loop.receiveUntilStopped();
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
