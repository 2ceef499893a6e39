package org.fencepost.ipc.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.SubscriberStatus;

/**
 * One run of the demo, seen from the parent: starts the processes, lets the producers go when
 * everybody has joined, tells the consumers when the last producer is done, collects what all of
 * them say. Any process that ends before it has said that it is done ends the run.
 */
final class DemoRun {
    /** Exit codes above it stand for the signal that ended the process. */
    private static final int SIGNAL_BASE = 128;
    /** How SIGKILL ends a process. */
    private static final String KILLED = Integer.toString(SIGNAL_BASE + 9);
    /** Between two looks at the channel. */
    private static final long LOOK_INTERVAL_MILLIS = 1;

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
    private int watching;
    private boolean killSent;
    private OptionalLong claimPosition = OptionalLong.empty();
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
        final Optional<KilledProducer> killed;
        if (options.kill()) {
            killed = Optional.of(startAndKill(survey));
        } else {
            startProducers(survey);
            killed = Optional.empty();
        }
        awaitEvents(run -> run.producersDone == producers.size());
        consumers.forEach(consumer -> consumer.tell(ParentLink.FINISH));
        awaitEvents(run -> run.ended == processes);
        progress.end();
        return new DemoResult(options, stage.place(), input, survey,
            List.of(producerResults), List.of(consumerResults), killed);
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

    private void startProducers(final InputSurvey survey) {
        for (int index = 0; index < producers.size(); index++) {
            producers.get(index).tell(ProducerProcess.start(survey.spots().get(index),
                isDoomed(index) ? options.committedByDoomed() : options.share(index), part(index)));
        }
    }

    private boolean isDoomed(final int producer) {
        return options.kill() && producer == options.doomed();
    }

    private ProducerProcess.Part part(final int producer) {
        if (!options.kill()) {
            return ProducerProcess.Part.ORDINARY;
        }
        return isDoomed(producer)
            ? ProducerProcess.Part.DOOMED : ProducerProcess.Part.BESIDE_DOOMED;
    }

    /**
     * Kills the last producer when every consumer stands before its claim and waits, which the
     * channel's status tells. Each consumer has answered before that it watches for the next
     * message: so what it measures is the time around the kill and nothing else.
     */
    private KilledProducer startAndKill(final InputSurvey survey) throws InterruptedException {
        try (Channel channel = Channel.join(stage.place().directory())) {
            // Once before anybody waits: the first call loads what it needs.
            channel.status();
            startProducers(survey);
            awaitEvents(run -> run.claimPosition.isPresent());
            final Child doomed = producers.get(options.doomed());
            producers.stream().filter(producer -> producer != doomed)
                .forEach(producer -> producer.tell(ParentLink.GO_ON));
            final OpenClaim claim =
                awaitConsumersBefore(channel, claimPosition.getAsLong(), doomed.pid());
            consumers.forEach(consumer -> consumer.tell(ParentLink.WATCH));
            awaitEvents(run -> run.watching == consumers.size());
            killSent = true;
            final long killNanos = System.nanoTime();
            doomed.kill();
            return new KilledProducer(options.doomed(), claim.position(),
                claim.endPosition().orElseThrow() - claim.position(), consumers.size(), killNanos);
        } catch (final ChannelException e) {
            throw new CommandFailedException("cannot look at the channel: " + e.getMessage(), e);
        }
    }

    private OpenClaim awaitConsumersBefore(
        final Channel channel, final long position, final long pid) throws InterruptedException {
        while (true) {
            final ChannelStatus status = channel.status();
            final long waiting = status.subscribers().stream()
                .filter(SubscriberStatus::live)
                .filter(subscriber -> subscriber.position().equals(OptionalLong.of(position)))
                .count();
            final Optional<OpenClaim> claim = status.openClaims().stream()
                .filter(open -> open.position() == position && open.endPosition().isPresent()
                    && open.holders().getFirst().processId() == pid)
                .findFirst();
            if (waiting == consumers.size() && claim.isPresent()) {
                return claim.get();
            }
            // Others may fail meanwhile.
            final Child.Event event = events.poll(LOOK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            if (event != null) {
                handle(event);
            }
        }
    }

    private void awaitEvents(final Predicate<DemoRun> enough) throws InterruptedException {
        while (!enough.test(this)) {
            handle(events.take());
        }
    }

    private void handle(final Child.Event event) {
        switch (event.word()) {
            case ParentLink.JOINED -> join(event);
            case ParentLink.PROGRESS -> progress(event);
            case ParentLink.DONE -> done(event.child(), event.about());
            case ParentLink.CLAIMED -> claimed(event);
            case ParentLink.WATCHING -> watching++;
            case Child.ENDED -> end(event);
            default -> throw new AssertionError(event);
        }
    }

    private void claimed(final Child.Event event) {
        final int blank = event.about().indexOf(' ');
        claimPosition = OptionalLong.of(Long.parseLong(event.about().substring(0, blank)));
        done(event.child(), event.about().substring(blank + 1));
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

    private void done(final Child child, final String result) {
        final int consumer = consumers.indexOf(child);
        if (consumer >= 0) {
            consumerResults[consumer] = ConsumerResult.parse(result);
        } else {
            producerResults[producers.indexOf(child)] = ProducerResult.parse(result);
            producersDone++;
        }
    }

    private void end(final Child.Event event) {
        final int consumer = consumers.indexOf(event.child());
        final boolean done = consumer >= 0
            ? consumerResults[consumer] != null
            : producerResults[producers.indexOf(event.child())] != null;
        final boolean doomed =
            killSent && consumer < 0 && isDoomed(producers.indexOf(event.child()));
        if (!done || !event.about().equals(doomed ? KILLED : "0")) {
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
