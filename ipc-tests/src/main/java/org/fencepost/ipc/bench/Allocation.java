package org.fencepost.ipc.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Bytes that are allocated for a message, by all threads of who sends and of who receives. */
final class Allocation implements Measure {
    static final String LABEL = "allocation";

    private static final String SEND = "send";
    private static final String RECEIVE = "receive";

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Allocated bytes a message";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
            Figure.of("sentBytes", "publishing", 3), Figure.of("receivedBytes", "receiving", 3));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(Variant.ofSize(options.sizes().getFirst()));
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof MessageContender;
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(new Part(SEND, 0, false, true), Part.receiving(RECEIVE, 0));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final Payload payload = run.payload(Payload.Content.ENDS);
        if (part.role().equals(SEND)) {
            try (Sender sender = run.messages().openSender(run.path("ring"), payload)) {
                run.ready();
                final SendLoop loop = new SendLoop(sender, run);
                loop.sendFor(run.plan().warmUpMillis());
                run.measuring();
                final long sent = loop.sent();
                final long bytes = threads.getTotalThreadAllocatedBytes();
                loop.sendFor(run.plan().measureMillis());
                run.report(
                    threads.getTotalThreadAllocatedBytes() - bytes, loop.sent() - sent);
                loop.sendUntilStopped();
            }
        } else {
            final Checker checker = new Checker(payload, 1);
            try (Receiver receiver = run.messages().openReceiver(run.path("ring"), checker)) {
                run.ready();
                final ReceiveLoop loop = new ReceiveLoop(receiver, run);
                loop.warmUp();
                run.measuring();
                final long bytes = threads.getTotalThreadAllocatedBytes();
                loop.receiveFor(TimeUnit.MILLISECONDS.toNanos(run.plan().measureMillis()));
                run.report(
                    threads.getTotalThreadAllocatedBytes() - bytes, loop.measuredMessages());
                loop.receiveUntilStopped();
            }
        }
    }

    /** Bytes and messages of both. */
    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.stream().map(report -> report.get(0) / report.get(1)).toList();
    }
}
