package org.fencepost.ipc.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Bytes that are allocated for a message, by all threads of who sends and of who receives. */
final class Allocation extends MessageFlow {
    static final String LABEL = "allocation";

    Allocation() {
        super(
            LABEL,
            "Allocated bytes a message",
            List.of(
                Figure.of("sentBytes", "publishing", 3),
                Figure.of("receivedBytes", "receiving", 3)),
            Payload.Content.ENDS);
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(Variant.ofSize(options.sizes().getFirst()));
    }

    @Override
    boolean sendersReport() {
        return true;
    }

    private static ThreadMXBean threads() {
        return (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    @Override
    void send(final Run run, final SendLoop loop, final Payload payload) throws Exception {
        final ThreadMXBean threads = threads();
        run.ready();
        loop.sendFor(run.plan().warmUpMillis());
        run.measuring();
        final long sent = loop.sent();
        final long bytes = threads.getTotalThreadAllocatedBytes();
        loop.sendFor(run.plan().measureMillis());
        run.report(threads.getTotalThreadAllocatedBytes() - bytes, loop.sent() - sent);
        loop.sendUntilStopped();
    }

    @Override
    void receive(final Run run, final ReceiveLoop loop) throws Exception {
        final ThreadMXBean threads = threads();
        run.ready();
        loop.warmUp();
        run.measuring();
        final long bytes = threads.getTotalThreadAllocatedBytes();
        loop.receiveForMeasure();
        run.report(threads.getTotalThreadAllocatedBytes() - bytes, loop.measuredMessages());
        loop.receiveUntilStopped();
    }

    /** Bytes and messages of both. */
    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.stream().map(report -> report.get(0) / report.get(1)).toList();
    }
}
