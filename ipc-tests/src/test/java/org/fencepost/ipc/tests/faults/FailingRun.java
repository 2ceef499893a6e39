package org.fencepost.ipc.tests.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;

/**
 * The life of a journal from its creation over rolls, a sync, a named cursor, a crash and its recovery to
 * another opening, in which one call fails, and what has to be true of that: the operation throws what
 * it may throw and says which error, leaves nothing open and nothing half-made, and succeeds when
 * it is tried again; only a failed sync is final.
 */
final class FailingRun implements Disk.Watcher {
    /** Calls that a signal may interrupt; the platform repeats all others itself. */
    private static final Set<String> INTERRUPTIBLE = Set.of("create", "open", "statx", "rename",
        "link", "unlink", "mkdir", "fsync of the directory", "write", "read", "fsync", "fstat",
        "msync");
    private static final String DIRECTORY = "/data";
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);
    private static final int MESSAGES = 10;
    private static final int MESSAGE_BYTES = 900;
    private static final Duration LONG = Duration.ofHours(1);

    private final int failing;
    private final Errno errno;
    private int calls;
    /** What has failed, or nothing yet. */
    private String failed = "";
    private boolean seen;
    private boolean syncFailed;
    private Disk disk;
    private Machine machine;
    private Channel channel;
    private Publisher publisher;
    private Subscriber named;
    private int published;

    /** Numbers of Linux. */
    enum Errno {
        EINTR(4), EIO(5), EACCES(13), EMFILE(24), EFBIG(27), ENOSPC(28);

        private final int number;

        Errno(final int number) {
            this.number = number;
        }
    }

    /** The call with that number fails so. */
    FailingRun(final int failing, final Errno errno) {
        this.failing = failing;
        this.errno = errno;
    }

    @Override
    public int errno(final String call, final String path) {
        if (calls++ != failing || errno == Errno.EINTR && !INTERRUPTIBLE.contains(call)) {
            return 0;
        }
        failed = call + " of " + path;
        return errno.number;
    }

    /** Runs; how many calls it has made. */
    int run() {
        start(new Disk(true, this, DIRECTORY));
        use();
        final Crash crash = new Crash(disk);
        close();
        start(crash.image(-1, true, this));
        published = MESSAGES;
        require(channel.recoveryEpoch() == 1, "the recovery epoch is " + channel.recoveryEpoch());
        require(readAll().equals(numbers(MESSAGES)), "after the crash there is " + readAll());
        if (channel.durablePosition() == channel.tailPosition()) {
            attempt("publish", () -> offer(MESSAGES));
        }
        sync();
        close();
        attempt("join", () -> channel = ChannelDoor.join(path(), machine));
        require(readAll().equals(numbers(MESSAGES + 1)), "at the end there is " + readAll());
        channel.close();
        require(disk.open().isEmpty(), "still open: " + disk.open());
        return calls;
    }

    private Path path() {
        return machine.path(DIRECTORY + "/journal");
    }

    private void start(final Disk its) {
        disk = its;
        machine = new Machine(disk);
        attempt("open", () -> channel = ChannelDoor.open(path(), OPTIONS, machine));
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
                attempt("do housekeeping", () -> channel.housekeeping().doWork());
            }
        }
        sync();
        attempt("look", () -> channel.status());
        // What is behind a claim that its publisher never commits is cut off.
        attempt("add another publisher", () -> {
            final Publisher other = channel.addPublisher();
            require(other.tryClaim(1, MESSAGE_BYTES, new Claim()) >= 0, "it cannot claim");
        });
        attempt("publish", () -> offer(MESSAGES));
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
        final boolean shouldFail = failed.startsWith("msync") && errno != Errno.EINTR;
        require(syncFailed == shouldFail,
            "a sync " + (syncFailed ? "has failed" : "has not failed"));
        require(syncFailed || channel.durablePosition() == channel.tailPosition(), "not durable");
    }

    private void close() {
        publisher.close();
        named.close();
        channel.close();
        require(disk.open().isEmpty(), "still open: " + disk.open());
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
        final List<String> open = disk.open();
        try {
            work.run();
        } catch (final ChannelException refusal) {
            require(!failed.isEmpty() && !seen, "cannot " + operation + ": " + refusal);
            seen = true;
            require(refusal.getMessage().contains(errno.name()),
                "does not say " + errno + ": " + refusal.getMessage());
            require(disk.open().equals(open),
                "open before: " + open + ", and behind the failure: " + disk.open());
            if (!failed.startsWith("unlink")) {
                requireNothingLeft();
            }
            if (refusal instanceof SyncFailedException first) {
                requireFinal(first);
                throw refusal;
            }
            work.run();
            requireNothingLeft();
        }
    }

    private void requireNothingLeft() {
        require(disk.names(DIRECTORY).stream().noneMatch(name -> name.contains(".tmp")),
            "left behind: " + disk.names(DIRECTORY));
    }

    private void requireFinal(final SyncFailedException first) {
        require(first.errno() == errno.number, "it says " + first.errno());
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

    AssertionError failure(final String flaw) {
        return new AssertionError("call " + failing + (failed.isEmpty() ? "" : ", " + failed
            + ", which fails with " + errno) + ": " + flaw);
    }
}
