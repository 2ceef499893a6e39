package org.fencepost.ipc.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;

/**
 * One handle of a real channel, for tests of the log's parts. {@link #die} does what the kernel does
 * to a process that is killed: the memory goes first, then the locks, and nothing is tidied up.
 */
final class Handle implements AutoCloseable {
    private static final int PUBLISHED_MAX = 1000;

    final MappedChannel mapped;
    final Log log;
    final Membership membership;
    final Subscriptions subscriptions;
    final SharedMemory memory;

    Handle(final Path path, final ChannelOptions options, final Platform platform) {
        this(path, options, platform, new SystemEpochNanoClock());
    }

    Handle(
        final Path path,
        final ChannelOptions options,
        final Platform platform,
        final EpochNanoClock clock) {
        final ChannelDirectory directory = new ChannelDirectory(path, platform);
        if (!directory.exists()) {
            directory.create(options);
        }
        this.mapped = MappedChannel.open(directory, platform, clock);
        this.log = mapped.log();
        this.memory = platform.memory();
        this.membership = new Membership(log);
        this.subscriptions = new Subscriptions(log, membership);
    }

    /** The same log, and somebody who comes when its locks are asked. */
    Log watched(final WatchedLocks locks) {
        return new Log(log.path(), log.geometry(), memory, log.words(), log.cursors(),
            new Members(log.path(), locks), log.store(), log.clock(), log.arrivals().sleeping(), true,
            Log.NO_END);
    }

    InPlaceReader reader(final SubscriberOptions options) {
        return new InPlaceReader(log, subscriptions.join(options), new Patience(1));
    }

    /** Publishes one message that holds {@code value}; returns what claim or commit returned. */
    long publish(final Claimer claimer, final long value, final int payloadBytes) {
        final long start = claimer.claim(payloadBytes);
        if (start < 0) {
            return start;
        }
        memory.putLong(claimer.payloadAddress(), value);
        return claimer.commit(FrameFormat.KIND_MESSAGE, 7, payloadBytes);
    }

    /** Publishes until there is no room; returns why. A ring that never has none is a failure. */
    long publishUntilTurnedAway(
        final Claimer claimer, final long value, final int payloadBytes) {
        for (int i = 0; i < PUBLISHED_MAX; i++) {
            final long result = publish(claimer, value, payloadBytes);
            if (result < 0) {
                return result;
            }
        }
        throw new AssertionError(PUBLISHED_MAX + " messages found room");
    }

    /** What a reader finds up to where it has to stop. */
    static List<Long> readAll(final LogReader reader) {
        final List<Long> values = new ArrayList<>();
        while (reader.peek() != LogReader.NOTHING) {
            values.add(reader.buffer().getLong(reader.payloadOffset()));
            reader.advance();
        }
        reader.publishPosition(0);
        return values;
    }

    /** Address of the frame at a position, in this handle's memory. */
    long addressOf(final long position) {
        final long start = log.geometry().segmentStart(position);
        return log.store().newTemporaryMap().addressOf(start) + position - start;
    }

    void die() {
        mapped.close();
    }

    @Override
    public void close() {
        mapped.close();
    }
}
