package org.fencepost.ipc.tests.closing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A child that closes channels, publishers and subscribers under threads that are using them,
 * over and over. It lives in its own JVM because its failure may be that JVM's crash.
 */
final class ClosingLoops {
    /** Who keeps house makes no more ahead of the tail, as docs/protocol.md has it. */
    private static final int SEGMENTS_AHEAD_MAX = 4;
    private static final String FILES =
        "control|cursors|members|members\\.lock|segment-[0-9a-f]{16}";
    private static final byte[] BYTES = new byte[300];
    /** Who keeps house: nobody but those who are in need, the thread for one handle, or for both. */
    private static final int KEEPERS = 4;

    private final Path directory;
    private final ChannelOptions options;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private ClosingLoops(final Path directory, final ChannelOptions options) {
        this.directory = directory;
        this.options = options;
    }

    public static void main(final String[] arguments) throws Exception {
        final ChannelOptions options = arguments[1].equals("ring")
            ? ChannelOptions.ring(64 * 1024)
            : ChannelOptions.journal(4096).withStartPosition(1 << 20);
        final ClosingLoops loops = new ClosingLoops(Path.of(arguments[0]), options);
        final int rounds = Integer.parseInt(arguments[2]);
        for (int round = 0; round < rounds; round++) {
            loops.round(round);
        }
        System.out.println("DONE " + rounds);
    }

    /** Work of a thread until its object is closed; returns when it is. */
    private interface Work {
        void run(CountDownLatch started) throws Exception;
    }

    private void round(final int round) throws Exception {
        final Channel keeper = Channel.open(directory, options);
        final Channel channel = Channel.join(directory);
        switch (round % KEEPERS) {
            case 0 -> {
                keeper.housekeeping().byHand();
                channel.housekeeping().byHand();
            }
            case 1 -> keeper.housekeeping().byHand();
            default -> {
                // As it comes.
            }
        }
        final Publisher publisher = channel.addPublisher();
        final Publisher claiming = channel.addPublisher();
        final Subscriber gating = channel.addSubscriber(SubscriberOptions.latest());
        final Subscriber lossy = channel.addSubscriber(SubscriberOptions.latest().lossy());
        final List<Work> works = List.of(
            started -> offer(publisher, started),
            started -> claim(claiming, started),
            started -> poll(gating, started),
            started -> poll(lossy, started),
            started -> ask(channel, publisher, started),
            started -> joinAndLeave(channel, started));
        final CountDownLatch started = new CountDownLatch(works.size());
        final List<Thread> threads = new ArrayList<>();
        for (final Work work : works) {
            threads.add(Thread.ofPlatform().start(() -> run(work, started)));
        }
        if (!started.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("threads did not start in round " + round, failure.get());
        }
        switch (round % 3) {
            case 0 -> channel.close();
            case 1 -> {
                gating.close();
                publisher.close();
                lossy.close();
                claiming.close();
                channel.close();
            }
            default -> {
                publisher.close();
                channel.close();
                gating.close();
            }
        }
        for (final Thread thread : threads) {
            if (!thread.join(Duration.ofSeconds(20))) {
                throw new AssertionError("a thread still runs in round " + round + ": "
                    + List.of(thread.getStackTrace()), failure.get());
            }
        }
        if (failure.get() != null) {
            throw new AssertionError("in round " + round, failure.get());
        }
        requireSound(keeper);
        keeper.close();
        deleteChannel();
    }

    private void run(final Work work, final CountDownLatch started) {
        try {
            work.run(started);
        } catch (final Throwable error) {
            failure.compareAndSet(null, error);
        } finally {
            started.countDown();
        }
    }

    private static void offer(final Publisher publisher, final CountDownLatch started) {
        long offers = 0;
        while (publisher.offer(1, BYTES, 0, (int) (offers % 300)) != Publisher.CLOSED) {
            offers = enough(started, offers);
        }
    }

    private static void claim(final Publisher publisher, final CountDownLatch started) {
        final Claim claim = new Claim();
        final Batch batch = new Batch();
        long claims = 0;
        while (true) {
            if (claims % 3 == 0) {
                final long result = publisher.tryClaimBatch(500, batch);
                if (result == Publisher.CLOSED) {
                    return;
                }
                if (result >= 0) {
                    batch.add(1, BYTES, 0, 100);
                    batch.tryAppend(2, 50);
                    batch.commit();
                }
            } else {
                final long result = publisher.tryClaim(1, 100, claim);
                if (result == Publisher.CLOSED) {
                    return;
                }
                if (result >= 0) {
                    claim.buffer().putLong(0, claims);
                    claim.buffer().putBytes(20, BYTES, 0, 80);
                    if (claims % 3 == 1) {
                        claim.commit();
                    } else {
                        claim.close();
                    }
                }
            }
            claims = enough(started, claims);
        }
    }

    private static void poll(final Subscriber subscriber, final CountDownLatch started) {
        final byte[] copy = new byte[1_000];
        long polls = 0;
        while (subscriber.poll(
            (buffer, offset, length, header) -> buffer.getBytes(offset, copy, 0, length), 10)
            != Subscriber.CLOSED) {
            polls = enough(started, polls);
        }
    }

    private static void ask(
        final Channel channel, final Publisher publisher, final CountDownLatch started) {
        long questions = 0;
        while (channel.hasSubscribers() | publisher.hasSubscribers() || !channel.isClosed()) {
            questions = enough(started, questions);
        }
    }

    private static void joinAndLeave(final Channel channel, final CountDownLatch started) {
        long rounds = 0;
        try {
            while (true) {
                channel.housekeeping().doWork();
                final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest());
                subscriber.poll((buffer, offset, length, header) -> { }, 3);
                subscriber.close();
                channel.hasSubscribers();
                channel.tailPosition();
                channel.earliestPosition();
                requirePlausible(channel.status());
                rounds = enough(started, rounds);
            }
        } catch (final ChannelClosedException end) {
            // What a thread is told that joins a closed channel.
        }
    }

    /**
     * What an open channel shows while others work on it: nobody dead, and no more than the round
     * has. The subscriber of the calling thread may be among them: it may be another thread that
     * closes it.
     */
    private static void requirePlausible(final ChannelStatus status) {
        if (status.publishers().size() > 2 || status.subscribers().size() > 3
            || status.isAnythingLeftByTheDead()) {
            throw new AssertionError("more than the round has, or somebody dead: " + status);
        }
    }

    /** Counts; the threads are at work when each has done something a few times. */
    private static long enough(final CountDownLatch started, final long times) {
        if (times == 5) {
            started.countDown();
        }
        return times + 1;
    }

    /** Those who stay see a channel that works, and only files that belong to it. */
    private void requireSound(final Channel keeper) throws Exception {
        try (Publisher publisher = keeper.addPublisher();
            Subscriber subscriber = keeper.addSubscriber(SubscriberOptions.latest())) {
            final long start = System.nanoTime();
            final int[] received = {0};
            boolean published = false;
            while (received[0] == 0) {
                published = published || publisher.offer(42, BYTES, 0, 7) > 0;
                subscriber.poll((buffer, offset, length, header) -> {
                    if (header.typeId() != 42 || length != 7) {
                        throw new AssertionError(header.typeId() + " of " + length);
                    }
                    received[0]++;
                }, 10);
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(20)) {
                    throw new AssertionError("nothing gets through any more");
                }
            }
        }
        // The thread may be at work on the next segment.
        keeper.housekeeping().byHand();
        try (Stream<Path> files = Files.list(directory)) {
            final Set<String> strange = files.map(file -> file.getFileName().toString())
                .filter(name -> !name.matches(FILES)
                    || name.startsWith("segment-") && isOutside(keeper, name))
                .collect(Collectors.toCollection(TreeSet::new));
            if (!strange.isEmpty()) {
                throw new AssertionError("files that do not belong there: " + strange);
            }
        }
    }

    private boolean isOutside(final Channel keeper, final String name) {
        final long place = Long.parseLong(name.substring("segment-".length()), 16);
        return options.kind() == ChannelOptions.Kind.JOURNAL
            && (place < keeper.startPosition()
                || place >= keeper.tailPosition() + SEGMENTS_AHEAD_MAX * options.segmentBytes());
    }

    private void deleteChannel() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
