package org.fencepost.ipc.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/**
 * One run of the demo, seen from the parent: starts the processes, lets the producers go when
 * everybody has joined, tells the consumers when the last producer is done, collects what all of
 * them say. Any process that ends before it has said that it is done ends the run.
 */
final class DemoRun {
    /** Exit codes above it stand for the signal that ended the process. */
    private static final int SIGNAL_BASE = 128;

    private final DemoOptions options;
    private final InputFiles input;
    private final Stage stage;
    private final Progress progress;
    private final BlockingQueue<Child.Event> events = new LinkedBlockingQueue<>();
    private final List<Child> consumers = new ArrayList<>();
    private final List<Child> producers = new ArrayList<>();
    private final ConsumerResult[] consumerResults;
    private final ProducerResult[] producerResults;
    private final long beginNanos = System.nanoTime();
    private int joined;
    private int producersDone;
    private int ended;
    private int textBytesMax;

    DemoRun(
        final DemoOptions options,
        final InputFiles input,
        final Stage stage,
        final Progress progress) {
        this.options = options;
        this.input = input;
        this.stage = stage;
        this.progress = progress;
        this.consumerResults = new ConsumerResult[options.consumers()];
        this.producerResults = new ProducerResult[options.producers()];
    }

    /**
     * Runs to the end.
     *
     * @throws CommandFailedException if a process failed.
     */
    DemoResult run() throws InterruptedException {
        startProcesses();
        final int processes = consumers.size() + producers.size();
        awaitEvents(run -> run.joined == processes);
        final InputSurvey survey = InputSurvey.of(input, textBytesMax, options);
        progress.begin(System.nanoTime());
        for (int index = 0; index < producers.size(); index++) {
            producers.get(index).tell(
                ProducerProcess.start(survey.spots().get(index), options.share(index)));
        }
        awaitEvents(run -> run.producersDone == producers.size());
        consumers.forEach(consumer -> consumer.tell(ParentLink.FINISH));
        awaitEvents(run -> run.ended == processes);
        progress.end();
        return new DemoResult(options, stage.place(), input, survey,
            List.of(producerResults), List.of(consumerResults));
    }

    /** What the processes wrote to standard error. */
    List<String> errorOutput() {
        final List<String> lines = new ArrayList<>();
        consumers.forEach(child -> lines.addAll(child.errorOutput()));
        producers.forEach(child -> lines.addAll(child.errorOutput()));
        return lines;
    }

    private void startProcesses() {
        final ChannelPlace place = stage.place();
        for (int index = 0; index < options.consumers(); index++) {
            consumers.add(stage.start("consumer " + (index + 1), ConsumerProcess.class,
                ConsumerProcess.arguments(place, options), events));
        }
        for (int index = 0; index < options.producers(); index++) {
            final Child producer = stage.start("producer " + (index + 1), ProducerProcess.class,
                ProducerProcess.arguments(index, place, options), events);
            producers.add(producer);
            producer.tell(Integer.toString(input.files().size()));
            input.files().forEach(file -> producer.tell(file.toUri().toString()));
        }
    }

    private void awaitEvents(final Predicate<DemoRun> enough) throws InterruptedException {
        while (!enough.test(this)) {
            final Child.Event event = events.take();
            switch (event.word()) {
                case ParentLink.JOINED -> join(event);
                case ParentLink.PROGRESS -> progress(event);
                case ParentLink.DONE -> done(event);
                case Child.ENDED -> end(event);
                default -> throw new AssertionError(event);
            }
        }
    }

    private void join(final Child.Event event) {
        final String[] words = event.about().split(" ");
        requireSameClock(event.child(), Long.parseLong(words[0]));
        if (words.length > 1) {
            textBytesMax = Integer.parseInt(words[1]);
        }
        joined++;
    }

    /**
     * Latencies compare a clock reading of one process with one of another. On Linux both are of
     * the system's monotonic clock; elsewhere nothing promises that, so it is looked at.
     */
    private void requireSameClock(final Child child, final long childNanos) {
        final long now = System.nanoTime();
        if (childNanos - beginNanos < 0 || now - childNanos < 0) {
            throw new CommandFailedException("the monotonic clocks of two processes differ: "
                + child.name() + " read " + childNanos + " between " + beginNanos + " and " + now
                + " here; latencies cannot be measured on this system");
        }
    }

    private void progress(final Child.Event event) {
        final String[] words = event.about().split(" ");
        progress.received(
            consumers.indexOf(event.child()),
            Long.parseLong(words[0]),
            Long.parseLong(words[1]),
            System.nanoTime());
    }

    private void done(final Child.Event event) {
        final int consumer = consumers.indexOf(event.child());
        if (consumer >= 0) {
            consumerResults[consumer] = ConsumerResult.parse(event.about());
        } else {
            producerResults[producers.indexOf(event.child())] =
                ProducerResult.parse(event.about());
            producersDone++;
        }
    }

    private void end(final Child.Event event) {
        final int consumer = consumers.indexOf(event.child());
        final boolean done = consumer >= 0
            ? consumerResults[consumer] != null
            : producerResults[producers.indexOf(event.child())] != null;
        if (!done || !event.about().equals("0")) {
            throw new CommandFailedException(event.child().name()
                + describeExit(Integer.parseInt(event.about()))
                + (done ? " after it was done" : " before it was done"));
        }
        ended++;
    }

    private static String describeExit(final int code) {
        return code > SIGNAL_BASE
            ? " was ended by signal " + (code - SIGNAL_BASE)
            : " ended with exit code " + code;
    }
}
