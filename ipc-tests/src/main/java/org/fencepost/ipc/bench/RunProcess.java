package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One of the two processes of a run. It opens its sides of the contender, says so, begins when
 * told, says what it found and ends when told.
 */
public final class RunProcess {
    /** The four parts that a process can play. */
    enum Role { SEND, RECEIVE, PING, PONG }

    private static final int EXIT_FAILED = 3;

    /** Most messages of one poll, the same for every contender. */
    static final int POLL_LIMIT = 256;
    /** Messages between two looks at the clock. */
    private static final int CHUNK_MESSAGES = 4096;
    private static final int CHUNK_ROUND_TRIPS = 256;
    private static final long ROUND_TRIP_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final RunPlan plan;
    private final Contender contender;
    private final Path there;
    private final Path back;
    private final ControlLine control = ControlLine.listen();

    private RunProcess(final RunPlan plan, final Contender contender, final Path directory) {
        this.plan = plan;
        this.contender = contender;
        this.there = directory.resolve("there");
        this.back = directory.resolve("back");
    }

    /** Takes the role, the contender's name, the directory that both share, and the plan. */
    public static void main(final String[] arguments) {
        try {
            final List<String> all = List.of(arguments);
            final RunProcess process = new RunProcess(
                RunPlan.ofArguments(all.subList(3, all.size())),
                Contenders.byName(all.get(1)),
                Path.of(all.get(2)));
            process.play(Role.valueOf(all.get(0)));
        } catch (final MismatchException e) {
            ControlLine.say(ControlLine.MISMATCH + e.getMessage());
            Runtime.getRuntime().halt(Benchmark.EXIT_FAILED);
        } catch (final Throwable e) {
            e.printStackTrace();
            ControlLine.say(ControlLine.FAILED + e);
            Runtime.getRuntime().halt(EXIT_FAILED);
        }
    }

    private void play(final Role role) throws InterruptedException {
        switch (role) {
            case SEND -> {
                try (Sender sender = contender.openSender(there, plan.payload())) {
                    begin();
                    send(sender);
                }
            }
            case RECEIVE -> {
                try (Receiver receiver =
                    contender.openReceiver(there, new Checker(plan.payload()))) {
                    begin();
                    ControlLine.say(ControlLine.RESULT + receive(receiver));
                    // Goes on polling: a sender that is let down now might never come to its end.
                    receiveUntilStopped(receiver);
                }
            }
            case PING -> {
                try (Receiver receiver = contender.openReceiver(back, new Checker(plan.payload()));
                    Sender sender = contender.openSender(there, plan.payload())) {
                    begin();
                    ControlLine.say(ControlLine.RESULT + new Ping(sender, receiver).measure());
                }
            }
            case PONG -> {
                try (Receiver receiver = contender.openReceiver(there, new Checker(plan.payload()));
                    Sender sender = contender.openSender(back, plan.payload())) {
                    begin();
                    answer(sender, receiver);
                }
            }
        }
    }

    private void begin() throws InterruptedException {
        ControlLine.say(ControlLine.READY + CoreShare.currentThread());
        control.awaitGo();
    }

    private void send(final Sender sender) {
        long sequence = 0;
        while (!control.isStopped()) {
            sequence = sendChunk(sender, sequence);
        }
    }

    /** A method of its own, so that it is compiled as one and not inside an endless loop. */
    private long sendChunk(final Sender sender, final long firstSequence) {
        final long end = firstSequence + CHUNK_MESSAGES;
        for (long sequence = firstSequence; sequence < end; sequence++) {
            if (!send(sender, sequence)) {
                return sequence;
            }
        }
        return end;
    }

    /** Whether it was sent before this process was stopped. */
    private boolean send(final Sender sender, final long sequence) {
        while (!sender.trySend(sequence)) {
            if (control.isStopped()) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private String receive(final Receiver receiver) {
        receiveChunk(receiver, 1);
        final long warmUpEnd =
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis());
        while (System.nanoTime() - warmUpEnd < 0) {
            receiveChunk(receiver, CHUNK_MESSAGES);
        }
        ControlLine.say(ControlLine.MEASURING);
        final long start = System.nanoTime();
        final long end = start + TimeUnit.MILLISECONDS.toNanos(plan.measureMillis());
        long messages = 0;
        long now = start;
        while (now - end < 0 || messages < plan.messagesMin()) {
            messages += receiveChunk(receiver, CHUNK_MESSAGES);
            now = System.nanoTime();
        }
        return messages + " " + (now - start);
    }

    /** At least so many messages; returns how many. */
    private static int receiveChunk(final Receiver receiver, final int messages) {
        int received = 0;
        while (received < messages) {
            final int count = receiver.poll(POLL_LIMIT);
            if (count == 0) {
                Thread.onSpinWait();
            }
            received += count;
        }
        return received;
    }

    private void receiveUntilStopped(final Receiver receiver) {
        while (!control.isStopped()) {
            if (receiver.poll(POLL_LIMIT) == 0) {
                Thread.onSpinWait();
            }
        }
    }

    private void answer(final Sender sender, final Receiver receiver) {
        long sequence = 0;
        while (!control.isStopped()) {
            sequence = answerChunk(sender, receiver, sequence);
        }
    }

    private long answerChunk(final Sender sender, final Receiver receiver, final long first) {
        long sequence = first;
        while (sequence < first + CHUNK_ROUND_TRIPS) {
            if (!receiveOne(receiver) || !send(sender, sequence)) {
                return sequence;
            }
            sequence++;
        }
        return sequence;
    }

    /** Whether one was received before this process was stopped. */
    private boolean receiveOne(final Receiver receiver) {
        while (receiver.poll(1) == 0) {
            if (control.isStopped()) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private final class Ping {
        private final Sender sender;
        private final Receiver receiver;
        private final Histogram histogram = new Histogram(ROUND_TRIP_NANOS_MAX, 3);
        private long sequence;

        Ping(final Sender sender, final Receiver receiver) {
            this.sender = sender;
            this.receiver = receiver;
        }

        String measure() {
            exchangeFor(plan.warmUpMillis(), 0);
            histogram.reset();
            ControlLine.say(ControlLine.MEASURING);
            exchangeFor(plan.measureMillis(), plan.messagesMin());
            return histogram.getValueAtPercentile(50) + " " + histogram.getValueAtPercentile(99)
                + " " + histogram.getValueAtPercentile(99.9);
        }

        private void exchangeFor(final long millis, final long messagesMin) {
            final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            final long first = sequence;
            while ((System.nanoTime() - end < 0 || sequence - first < messagesMin)
                && !control.isStopped()) {
                exchangeChunk();
            }
        }

        private void exchangeChunk() {
            for (int i = 0; i < CHUNK_ROUND_TRIPS; i++) {
                final long start = System.nanoTime();
                if (!send(sender, sequence) || !receiveOne(receiver)) {
                    return;
                }
                final long nanos = System.nanoTime() - start;
                histogram.recordValue(Math.min(nanos, ROUND_TRIP_NANOS_MAX));
                sequence++;
            }
        }
    }
}
