package org.fencepost.ipc.tests.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.os.Platform;

/**
 * The life of a journal from its creation over rolls, a sync, a named cursor, a crash and its
 * recovery to another opening, in which one call fails, and what has to be true of that: the
 * operation throws what it may throw and says which error, leaves nothing open and nothing
 * half-made, and succeeds when it is tried again; only a failed sync is final.
 */
final class FailingRun {
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);
    private static final int MESSAGES = 10;
    private static final int MESSAGE_BYTES = 900;
    private static final String HOUSEKEEPING = "do housekeeping";
    private static final Duration LONG = Duration.ofHours(1);

    private final World world;
    private final Fault fault;
    private boolean seen;
    private boolean syncFailed;
    private Channel channel;
    private Publisher publisher;
    private Subscriber named;
    private int published;

    /** Where it is lived. */
    interface World {
        Platform platform();

        /** Of the journal. */
        Path path();

        /** Whether a call has failed, as far as that can be known, and which. */
        boolean hasFailed();

        String failed();

        /** What is open of the journal. */
        List<String> open();

        /** All paths below the journal's parent. */
        List<String> names();

        /**
         * The power fails, with everything on the disk; what is open is closed by {@code close}.
         */
        void crash(Runnable close);
    }

    FailingRun(final World world, final Fault fault) {
        this.world = world;
        this.fault = fault;
    }

    /** Runs. */
    void run() {
        start();
        use();
        world.crash(this::close);
        published = MESSAGES;
        start();
        require(channel.recoveryEpoch() == 1, "the recovery epoch is " + channel.recoveryEpoch());
        require(readAll().equals(numbers(MESSAGES)), "after the crash there is " + readAll());
        attempt("publish", () -> offer(MESSAGES));
        sync();
        close();
        attempt("join", () -> channel = ChannelDoor.join(world.path(), world.platform()));
        require(readAll().equals(numbers(MESSAGES + 1)), "at the end there is " + readAll());
        attempt("close", channel::close);
        require(world.open().isEmpty(), "still open: " + world.open());
    }

    private void start() {
        attempt("open", () ->
            channel = ChannelDoor.open(world.path(), OPTIONS, world.platform()));
        attempt("add a publisher", () -> publisher = channel.addPublisher());
        attempt("add a subscriber", () -> named = channel.addSubscriber(
            SubscriberOptions.earliest().named("cursor", true)));
    }

    private void use() {
        for (int number = 0; number < MESSAGES; number++) {
            final int next = number;
            attempt("publish", () -> offer(next));
            attempt("poll", () -> named.poll((buffer, offset, length, header) -> { }, 1));
            if (number % 4 == 3) {
                attempt(HOUSEKEEPING, () -> channel.housekeeping().doWork());
            }
        }
        sync();
        attempt("look", () -> channel.status());
        view();
        // What is behind a claim that its publisher never commits is cut off.
        attempt("add another publisher", () -> {
            final Publisher other = channel.addPublisher();
            require(other.tryClaim(1, MESSAGE_BYTES, new Claim()) >= 0, "it cannot claim");
        });
        attempt("publish", () -> offer(MESSAGES));
    }

    private void view() {
        final Channel[] view = new Channel[1];
        attempt("view", () -> view[0] = ChannelDoor.view(world.path(), world.platform()));
        require(view[0].tailPosition() == channel.tailPosition(), "a view ends elsewhere");
        // Whoever cannot give its memory up keeps its locks, until it can.
        attempt("close", view[0]::close);
    }

    private void offer(final int number) {
        final byte[] message = new byte[MESSAGE_BYTES];
        message[0] = (byte) number;
        final long end = publisher.offer(1, message, 0, message.length);
        require(end > 0, "publishing returns " + Publisher.describe(end));
        published++;
    }

    private void sync() {
        try {
            attempt("sync", () -> channel.awaitDurable(channel.tailPosition(), LONG));
        } catch (final SyncFailedException expected) {
            syncFailed = true;
        }
        require(!syncFailed || world.failed().startsWith("msync") && fault != Fault.EINTR,
            "a sync has failed");
        require(syncFailed || channel.durablePosition() == channel.tailPosition(), "not durable");
    }

    private void close() {
        publisher.close();
        named.close();
        attempt("close", channel::close);
        require(world.open().isEmpty(), "still open: " + world.open());
    }

    private List<Integer> readAll() {
        final List<Integer> numbers = new ArrayList<>();
        final Subscriber[] subscriber = new Subscriber[1];
        attempt("add a subscriber", () ->
            subscriber[0] = channel.addSubscriber(SubscriberOptions.earliest().verified()));
        for (int i = 0; i < 2 * MESSAGES; i++) {
            attempt("poll", () -> subscriber[0].poll((buffer, offset, length, header) ->
                numbers.add((int) buffer.getByte(offset)), 1));
        }
        subscriber[0].close();
        return numbers;
    }

    private static List<Integer> numbers(final int count) {
        final List<Integer> numbers = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            numbers.add(number);
        }
        return numbers;
    }

    /** Tries, and again if the one call that fails was in it. */
    private void attempt(final String operation, final Runnable work) {
        final List<String> open = world.open();
        try {
            work.run();
        } catch (final ChannelException refusal) {
            require(world.hasFailed() && !seen, "cannot " + operation + ": " + refusal);
            seen = true;
            require(fault.isSaid(refusal),
                "does not say " + fault + ", " + fault.text + ": " + refusal.getMessage());
            final List<String> behind = world.open();
            require("close".equals(operation) || HOUSEKEEPING.equals(operation) || behind.equals(open),
                operation + ": open before: " + open + ", and behind the failure: " + behind);
            if (!world.failed().startsWith("unlink")) {
                requireNothingLeft();
            }
            if (refusal instanceof SyncFailedException first) {
                requireFinal(first);
                throw refusal;
            }
            work.run();
            // It goes from endpoint to endpoint: what it has mapped for the first is held for that one already.
            require(!HOUSEKEEPING.equals(operation) || behind.equals(open) || behind.equals(world.open()),
                "open behind the failure: " + behind + ", and when it is done: " + world.open());
            requireNothingLeft();
        }
    }

    private void requireNothingLeft() {
        require(world.names().stream().noneMatch(name -> name.endsWith(".tmp")),
            "left behind: " + world.names());
    }

    private void requireFinal(final SyncFailedException first) {
        require(first.errno() == fault.number, "it says " + first.errno());
        try {
            channel.awaitDurable(channel.tailPosition(), LONG);
            throw failure("a sync succeeds behind one that failed");
        } catch (final SyncFailedException again) {
            require(again.errno() == first.errno()
                && again.durablePosition() == channel.durablePosition(), "then " + again);
        }
        require(readAll().equals(numbers(published)), "it cannot be read");
    }

    private void require(final boolean condition, final String flaw) {
        if (!condition) {
            throw failure(flaw);
        }
    }

    private AssertionError failure(final String flaw) {
        return new AssertionError(
            world.failed() + ", which fails with " + fault + ": " + flaw);
    }
}
