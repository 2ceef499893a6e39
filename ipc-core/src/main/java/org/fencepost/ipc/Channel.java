package org.fencepost.ipc;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochNanoClock;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Claimer;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Membership;
import org.fencepost.ipc.log.Observation;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.log.Subscription;
import org.fencepost.ipc.log.Subscriptions;
import org.fencepost.ipc.log.Timestamps;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;

/**
 * A directory through which the processes of one host exchange messages: a <em>ring</em> of bounded
 * size, or a <em>journal</em> that keeps everything. There is no server; every process that opens the
 * directory maps the same files.
 *
 * <pre>{@code
 * try (Channel channel = Channel.open(Path.of("/dev/shm/quotes"), ChannelOptions.ring(4 << 20));
 *      Publisher publisher = channel.addPublisher()) {
 *     publisher.offer(1, bytes, 0, bytes.length);
 * }
 * }</pre>
 *
 * <p>A channel may be used by any thread; each {@link Publisher} and each {@link Subscriber} by one.
 * What {@code offer} has returned a position for survives the death of any process. In a journal on a disk it
 * survives that of the machine once {@link #awaitDurable} has returned true for it, or
 * {@link #durablePosition} has reached it.
 *
 * <p>A channel outlives its processes: who opens it again finds the messages of the last run, in a ring those that
 * it still has. {@link Channels#remove} and {@code ipc rm} remove it.
 */
public final class Channel implements AutoCloseable {
    private final MappedChannel mapped;
    private final Runnable barrier;
    private final Log log;
    private final Platform platform;
    private final ChannelOptions options;
    private final Membership membership;
    private final Subscriptions subscriptions;
    private final Durability durability;
    private final Housekeeping housekeeping;
    private final Observation observation;
    private final List<Endpoint> endpoints = new ArrayList<>();
    /** Nobody registers any more; guarded by endpoints. */
    private boolean closing;

    private Channel(final MappedChannel mapped, final Platform platform) {
        this.mapped = mapped;
        this.platform = platform;
        this.barrier = new Runnable() {
            @Override
            public void run() {
                mapped.barrier();
            }
        };
        this.log = mapped.log();
        this.options = optionsOf(mapped.geometry());
        this.membership = new Membership(log);
        this.subscriptions = new Subscriptions(log, membership);
        this.durability = new Durability(
            log, platform, options.flushInterval().toNanos(), Durability.PATIENCE_NANOS);
        this.housekeeping = new Housekeeping(log, durability, options.flushInterval().toNanos());
        this.observation = new Observation(log);
    }

    /**
     * Creates the channel if there is none, and joins it. Parent directories are made. Whoever else
     * creates it at the same moment joins the same one.
     *
     * @param directory does not exist, is empty, or is a channel.
     * @param options   what the channel is to be, or is; of a journal whose retention was {@linkplain #changeRetention
     *                  changed}, what it is now, or was when it was made.
     * @throws ChannelMismatchException if it exists with other options, or was made by a process with native
     *                                  access and this one has none, or the other way round, or one of its files
     *                                  belongs to another user than its directory, or it is to be flushed on a file
     *                                  system in memory.
     * @throws ChannelDamagedException  if there is something else, or a damaged channel.
     * @throws ChannelIOException       if somebody removes it at the same moment, or the operating system refuses, or
     *                                  it would be created where somebody else could put another in its place: a
     *                                  parent directory that everybody may write to and that is not sticky, a
     *                                  directory, there or in its place, of another user than this one or root, or a
     *                                  symbolic link.
     */
    public static Channel open(final Path directory, final ChannelOptions options) {
        Objects.requireNonNull(options, "options");
        return open(directory, options, Platform.detect(), new WallClock());
    }

    /**
     * Joins an existing channel, whatever its options; never creates one.
     *
     * @throws ChannelIOException      if there is none, or not any more, or the operating system refuses.
     * @throws ChannelDamagedException if it is damaged.
     */
    public static Channel join(final Path directory) {
        return join(directory, Platform.detect(), new WallClock());
    }

    /**
     * Opens an existing channel for reading only: for tools, and for users who may not write. Data, control
     * and cursors are mapped for reading; no lock is held, no file is opened for writing, and nothing in the
     * directory is changed, repaired or recovered. Needs read permission for its files, and to enter the directory,
     * which only the user who has made the channel has until {@code chmod} gives it; on Linux with native
     * access that is all, the portable fallback locks a byte for a moment where it asks who lives.
     *
     * <p>It offers subscribers that nobody waits for, which have to be {@linkplain SubscriberOptions#lossy()
     * lossy}, {@link #status()} and positions. A claim that is open is waited for as long as its publisher
     * lives; a hole is passed over and stays. Frames of a journal are verified. {@link #awaitDurable} waits
     * for syncs of others. Whoever wants to publish is refused.
     *
     * <p>A journal that would have to be recovered first, because the machine was started anew or the
     * directory was copied, and which nobody has opened since, is shown as recovery would leave it, at this
     * moment and for as long as this handle lives, {@link #earliestPosition} too: of what retention removes after that
     * a {@link PositionException} says that it is not kept, and who goes on views it anew.
     *
     * @throws ChannelIOException      if there is none, or not any more, or the operating system refuses.
     * @throws ChannelDamagedException if it is damaged so that nothing can be read.
     */
    public static Channel view(final Path directory) {
        return view(directory, Platform.detect(), new WallClock());
    }

    static Channel open(
        final Path directory,
        final ChannelOptions options,
        final Platform platform,
        final EpochNanoClock clock) {
        final ChannelDirectory files = new ChannelDirectory(directory, platform);
        if (!files.exists()) {
            files.create(options);
        }
        files.requireOneOwner();
        final ChannelOptions found = optionsOf(files.readGeometry());
        final boolean asMade = found.equals(options);
        if (!asMade && !found.withoutRetention().equals(options.withoutRetention())) {
            throw new ChannelMismatchException(files.path(),
                files.path() + " is another channel: expected a " + options + ", found a " + found
                    + "; join it as it is, or use another path");
        }
        final Channel channel = new Channel(MappedChannel.open(files, platform, clock), platform);
        if (!asMade) {
            channel.requireRetention(options);
        }
        return channel;
    }

    /** Closes this if it keeps more or less by now. */
    private void requireRetention(final ChannelOptions expected) {
        final ChannelOptions found = options();
        if (!found.equals(expected)) {
            close();
            throw new ChannelMismatchException(path(), path() + " keeps another part of its log: expected a " + expected
                + ", found a " + found + "; join it as it is, change what it keeps (Channel.changeRetention, ipc keep),"
                + " or use another path");
        }
    }

    static Channel join(
        final Path directory, final Platform platform, final EpochNanoClock clock) {
        return new Channel(
            MappedChannel.open(existing(directory, platform), platform, clock), platform);
    }

    static Channel view(
        final Path directory, final Platform platform, final EpochNanoClock clock) {
        return new Channel(
            MappedChannel.view(existing(directory, platform), platform, clock), platform);
    }

    private static ChannelDirectory existing(final Path directory, final Platform platform) {
        final ChannelDirectory files = new ChannelDirectory(directory, platform);
        files.requireThere();
        return files;
    }

    /**
     * A publisher that shares the channel with others, for one thread. Waits while another member does
     * a unit of housekeeping, for as long as that one is paused in it if it is; an
     * interruption does not end that, closing the channel does.
     *
     * @throws ChannelLimitException    if there are {@value Publisher#PUBLISHERS_MAX}, or an exclusive one.
     * @throws ChannelDamagedException  if the channel is damaged so that it can only be read.
     * @throws ChannelMismatchException if this is a {@linkplain #view view}.
     * @throws ChannelIOException       if the thread that keeps house cannot be started: nobody has joined then.
     * @throws ChannelClosedException   if the channel is closed.
     */
    public Publisher addPublisher() {
        return publisher(false);
    }

    /**
     * A publisher that has the channel for itself, and is faster. For one thread. Waits while another
     * member does a unit of housekeeping, for as long as that one is paused in it if it is; an
     * interruption does not end that, closing the channel does.
     *
     * @throws ChannelLimitException    if there is any other publisher, in any process.
     * @throws ChannelDamagedException  if the channel is damaged so that it can only be read.
     * @throws ChannelMismatchException if this is a {@linkplain #view view}.
     * @throws ChannelIOException       if the thread that keeps house cannot be started: nobody has joined then.
     * @throws ChannelClosedException   if the channel is closed.
     */
    public Publisher addExclusivePublisher() {
        return publisher(true);
    }

    /**
     * A subscriber, for one thread. Unless it begins at the latest position, waits while another member
     * does a unit of housekeeping, for as long as that one is paused in it if it is; an
     * interruption does not end that, closing the channel does.
     *
     * @throws ChannelLimitException    if there are {@value Subscriber#SUBSCRIBERS_MAX}, or its named
     *                                  cursor belongs to another.
     * @throws PositionException        if the position that it is to begin at cannot be read.
     * @throws ChannelMismatchException if it is for durable messages and nothing here becomes durable, or
     *                                  is to verify checksums that are not there, or of copies, or is
     *                                  to gate in a {@linkplain #view view}.
     * @throws ChannelDamagedException  if a file was truncated or overwritten.
     * @throws ChannelIOException       if the thread that keeps house cannot be started: nobody has joined then.
     * @throws ChannelClosedException   if the channel is closed.
     */
    public Subscriber addSubscriber(final SubscriberOptions wanted) {
        requirePossible(wanted);
        beginHousekeeping();
        final Subscription subscription;
        try {
            subscription = subscriptions.join(wanted);
        } catch (final ChannelException e) {
            throw whileOpen(e);
        } catch (final InternalError error) {
            throw whileOpen(Endpoint.truncated(path(), error));
        }
        // Of a log that is known to be damaged, or whose life nobody has looked at, nothing is delivered
        // unseen.
        final SubscriberOptions subscriberOptions =
            log.words().isDamaged() || !log.isWritable() && options.kind() == ChannelOptions.Kind.JOURNAL
                ? wanted.verified() : wanted;
        boolean done = false;
        try {
            final Subscriber subscriber =
                new Subscriber(log, barrier, subscriptions, subscription,
                    subscriberOptions, Patience.ofReaders());
            register(subscriber);
            done = true;
            return subscriber;
        } finally {
            if (!done) {
                subscriptions.leave(subscription.record());
            }
        }
    }

    /**
     * Removes a {@linkplain SubscriberOptions#named named cursor} that nobody has: publishers and retention do not
     * wait for it any more, and its place is free. Who asks for the name again begins anew. Waits as
     * {@link #addPublisher} does. After a loss of power it may be there again, where it was.
     *
     * @return whether there was one.
     * @throws ChannelLimitException    if a subscriber has it.
     * @throws ChannelMismatchException if this is a {@linkplain #view view}.
     * @throws ChannelDamagedException  if a file was truncated or overwritten.
     * @throws ChannelClosedException   if the channel is closed, also meanwhile.
     */
    public boolean removeCursor(final String name) {
        if (isView()) {
            throw new ChannelMismatchException(path(), "the cursor '" + name + "' of " + path() + " cannot be removed"
                + " through a view: expected a handle that may write, found one for reading; use Channel.join");
        }
        return whileOpen(() -> {
            try {
                final boolean removed = subscriptions.remove(name);
                requireOpen();
                return removed;
            } catch (final InternalError error) {
                throw Endpoint.truncated(path(), error);
            }
        });
    }

    /**
     * Changes how much a journal keeps, for all who have it open and who will: what
     * {@link ChannelOptions#withRetentionBytes} and {@link ChannelOptions#withRetentionTime} have said when it was
     * made. What need not be kept any more is removed with the next segment that somebody makes, or by who keeps
     * house. Who opens it with options may ask for what it is now, or was when it was made: neither changes it.
     *
     * <p>On the disk when this returns, where the journal is on one. Waits as {@link #addPublisher} does, and for the
     * disk. Any thread.
     *
     * @param bytes of its log that are kept, at least, or 0 for all.
     * @param time  how long messages are kept, at least, or zero for ever; with both, until either allows it.
     * @throws IllegalArgumentException if {@link ChannelOptions} refuses it: a ring, a time without timestamps, a
     *                                  number out of range.
     * @throws ChannelMismatchException if this is a {@linkplain #view view}.
     * @throws ChannelIOException       if it is not known to be on the disk. Then it is changed for who has it open.
     * @throws ChannelDamagedException  if a file was truncated or overwritten.
     * @throws ChannelClosedException   if the channel is closed, also meanwhile.
     */
    public void changeRetention(final long bytes, final Duration time) {
        options.withRetentionBytes(bytes).withRetentionTime(time);
        if (isView()) {
            throw new ChannelMismatchException(path(), "what " + path() + " keeps cannot be changed through a view:"
                + " expected a handle that may write, found one for reading; use Channel.join");
        }
        whileOpen(() -> {
            try {
                membership.changeRetention(bytes, time.toNanos());
                return true;
            } catch (final InternalError error) {
                throw Endpoint.truncated(path(), error);
            }
        });
    }

    /**
     * What this channel is; of a journal with what it keeps now. When it is closed, as it was made.
     *
     * @throws ChannelDamagedException if the control file was truncated or overwritten.
     */
    public ChannelOptions options() {
        if (options.kind() == ChannelOptions.Kind.RING || log.isClosed()) {
            return options;
        }
        try {
            final Geometry geometry = log.geometry();
            final ChannelOptions now = options
                .withRetentionBytes(log.words().retentionBytesAcquire(geometry))
                .withRetentionTime(Duration.ofNanos(log.words().retentionNanosAcquire(geometry)));
            return log.isClosed() ? options : now;
        } catch (final InternalError error) {
            throw Endpoint.truncated(path(), error);
        }
    }

    /** The directory, absolute. */
    public Path path() {
        return log.path();
    }

    /** First position of the log. */
    public long startPosition() {
        return options.startPosition();
    }

    /**
     * Oldest position that can be read now. In a ring it may be gone at once unless a gating subscriber
     * is there.
     *
     * @throws ChannelClosedException if the channel is closed.
     */
    public long earliestPosition() {
        return stillOpen(log.earliestPosition());
    }

    /**
     * Position behind the last message: where the next one will be claimed. Messages below it may not
     * be committed yet. An exclusive publisher moves it after each commit.
     *
     * @throws ChannelClosedException if the channel is closed.
     */
    public long tailPosition() {
        return stillOpen(log.words().tailAcquire());
    }

    /**
     * Position up to which everything survives the loss of power: what was published below it is on the
     * disk, or was removed by retention. Moved by {@link #awaitDurable}, in any process, by the channel's flush
     * interval and by retention; it may be seen a moment late. In a ring it stays at the start.
     *
     * @throws ChannelClosedException if the channel is closed.
     */
    public long durablePosition() {
        return stillOpen(durability.position());
    }

    /**
     * Waits until everything below {@code position} is on the disk, by syncing it, or by waiting for
     * who does so in this process or another; one sync serves all who wait. What a publisher has
     * returned for a message is the position to wait for.
     *
     * <p>Blocks on the disk. A message that is not committed holds back everything behind it:
     * {@link #status()} shows whose it is. Any thread; any number at a time. If it never returns,
     * nothing is known; what was published is still there for who reads it.
     *
     * @param position at any place of the log, published already or not.
     * @param timeout  how long to wait; with zero or less this only looks.
     * @return whether it is durable; false after the timeout, or if the thread was interrupted, which
     *     stays so.
     * @throws IllegalArgumentException if the position is negative: it is what an offer returned that published
     *                                  nothing.
     * @throws SyncFailedException      if it is not and never will be, because a sync failed in any process.
     * @throws ChannelMismatchException if nothing becomes durable here: a ring, or a file system in memory.
     * @throws ChannelDamagedException  if a frame on the way is damaged.
     * @throws ChannelIOException       if the operating system refuses what it needs to sync: it can be tried again.
     * @throws ChannelClosedException   if the channel is closed, also meanwhile.
     */
    public boolean awaitDurable(final long position, final Duration timeout) {
        if (position < 0) {
            throw new IllegalArgumentException("position must not be negative, but is " + position + " ("
                + Publisher.describe(position) + "): nothing was published that could become durable");
        }
        return whileOpen(() -> {
            try {
                return durability.await(position, Endpoint.nanosOf(timeout));
            } catch (final InternalError error) {
                throw Endpoint.truncated(path(), error);
            }
        });
    }

    /**
     * Where to begin to read for messages from a time on: the position at which the first one begins, in the
     * order of the log, whose {@linkplain Header#timestamp() timestamp} is at or after it, or that is not
     * committed yet; the tail if there is none. What {@link SubscriberOptions#from} takes.
     *
     * <p>Timestamps are of the wall clocks of the publishers' processes when they committed, never before it: what is
     * published after an {@link Instant#now} is found from that on. Publishers that were at work together, a claim that
     * was, or is, open while segments were filled behind it, and a clock that was set back, leave messages in another
     * order: whoever must not miss one begins so much earlier, and looks at the timestamps. A process follows a clock
     * that was set within an hour. Looks at the first message of some segments, then at each header of one, which takes
     * as long as reading them from memory or from the disk does. Any thread.
     *
     * @param nanos since 1970-01-01 UTC, as in {@link Header#timestamp()}.
     * @throws ChannelMismatchException if frames have no timestamps here.
     * @throws ChannelDamagedException  if a frame on the way is damaged.
     * @throws ChannelClosedException   if the channel is closed, also meanwhile.
     */
    public long positionAtOrAfter(final long nanos) {
        if (!options.timestamps()) {
            throw new ChannelMismatchException(path(), "messages of " + path() + " cannot be found by time:"
                + " expected frames with timestamps, found a " + options
                + "; create the channel withTimestamps");
        }
        return whileOpen(() -> {
            try (Timestamps timestamps = new Timestamps(log)) {
                return stillOpen(timestamps.positionAtOrAfter(nanos));
            } catch (final InternalError error) {
                throw Endpoint.truncated(path(), error);
            }
        });
    }

    /** As {@link #positionAtOrAfter(long)}, of a time that may lie before or behind all that a timestamp can say. */
    public long positionAtOrAfter(final Instant time) {
        long nanos;
        try {
            nanos = Instant.EPOCH.until(time, ChronoUnit.NANOS);
        } catch (final ArithmeticException beyond) {
            nanos = time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return positionAtOrAfter(nanos);
    }

    /**
     * How often the end of a journal was cut, which it is when it is opened after a loss of power, or for the first
     * time as a copy, also where nothing is missing: somebody may have read what never reached the disk. Positions
     * behind a cut are used again: who keeps positions elsewhere keeps this number beside them.
     *
     * @throws ChannelClosedException if the channel is closed.
     */
    public long recoveryEpoch() {
        return stillOpen(log.words().epochAcquire());
    }

    /** Whether any subscriber is alive, in any process; as {@link Publisher#hasSubscribers()}. */
    public boolean hasSubscribers() {
        return !log.isClosed() && subscriptions.hasSubscribers();
    }

    /**
     * Who is there, how far they are, which claims are open and since when this handle sees them,
     * and who waits for whom. Its {@code toString} is for people.
     *
     * <p>Any thread, at any time. It reads words and asks the kernel about locks, half a
     * microsecond a member; it changes nothing, repairs nothing, and neither publishers nor
     * subscribers notice it. (On the portable fallback asking for a lock takes it for a moment:
     * docs/design.md.) A claim is known since the first call that saw it, so whoever wants to know
     * for how long something is stuck calls this now and then.
     *
     * @throws ChannelClosedException  if the channel is closed, also during the call.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     * @throws ChannelIOException      if the operating system refuses.
     */
    public ChannelStatus status() {
        return whileOpen(() -> {
            try {
                final ChannelStatus status = observation.look(options());
                requireOpen();
                return status;
            } catch (final InternalError error) {
                throw Endpoint.truncated(path(), error);
            }
        });
    }

    /** Whether this is a {@linkplain #view view}: it reads, and changes nothing. */
    public boolean isView() {
        return !log.isWritable();
    }

    /**
     * Work for all that this process may do ahead of need: by a thread of its own, unless told otherwise. A
     * {@linkplain #view view} does none.
     */
    public Housekeeping housekeeping() {
        return housekeeping;
    }

    /** Whether this handle has been closed. */
    public boolean isClosed() {
        return log.isClosed();
    }

    /**
     * Closes the publishers and subscribers of this handle and gives up its files; idempotent, from any
     * thread. The channel stays for others, and for who opens it again.
     *
     * <p>Waits for the end of what the housekeeping thread of this process is at here, which may wait for the disk.
     * A thread that is inside an operation at this moment is not waited for: the operation reports
     * {@code CLOSED} at its end, a handler that is running may read zeros, and an open claim is lost as
     * if its process had died. Close publishers and subscribers first where that matters.
     *
     * @throws ChannelIOException      if the operating system does not give a mapping up; call it again.
     * @throws ChannelDamagedException if a file was truncated; everything is given up all the same.
     */
    @Override
    public void close() {
        final List<Endpoint> toClose;
        synchronized (endpoints) {
            closing = true;
            // They stay here for who closes this at the same moment: it is not to be faster with the mappings.
            toClose = new ArrayList<>(endpoints);
        }
        housekeeping.end();
        try {
            closeAll(toClose);
        } finally {
            mapped.close();
        }
    }

    /** Closes them all, whatever becomes of some; then throws what the first one has thrown. */
    private static void closeAll(final List<Endpoint> endpoints) {
        RuntimeException first = null;
        for (final Endpoint endpoint : endpoints) {
            try {
                endpoint.closeFromAnyThread();
            } catch (final RuntimeException | InternalError e) {
                final RuntimeException failure = endpoint.translated(e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @Override
    public String toString() {
        return path() + ": " + options();
    }

    private void requireMember() {
        requireOpen();
        if (!log.isWritable()) {
            throw new ChannelMismatchException(path(),
                "nothing can be published to " + path() + " through a view: expected a handle that may"
                    + " write, found one for reading; use Channel.join");
        }
    }

    private void requirePossible(final SubscriberOptions subscriberOptions) {
        if (!log.isWritable() && !subscriberOptions.isLossy()) {
            throw new ChannelMismatchException(path(),
                "a view of " + path() + " has no cursor that anybody waits for or that could be kept:"
                    + " expected options that are lossy, found a gating subscriber"
                    + (subscriberOptions.isNamed() ? " named '" + subscriberOptions.name() + "'" : "")
                    + "; subscribe with lossy(), or use Channel.join");
        }
        if (subscriberOptions.isDurableOnly()) {
            durability.require();
        }
        if (subscriberOptions.isVerified() && (!options.checksums()
            || subscriberOptions.isLossy() && options.kind() == ChannelOptions.Kind.RING)) {
            throw new ChannelMismatchException(path(),
                "checksums cannot be verified in " + path() + ": expected frames with checksums that"
                    + " are read in place, found a " + options
                    + (subscriberOptions.isLossy() ? " and a lossy subscriber" : "")
                    + "; subscribe without, or to another channel");
        }
    }

    private Publisher publisher(final boolean exclusive) {
        requireMember();
        beginHousekeeping();
        final Claimer claimer;
        try {
            claimer = exclusive ? membership.joinExclusive() : membership.joinShared();
        } catch (final ChannelException e) {
            throw whileOpen(e);
        } catch (final InternalError error) {
            throw whileOpen(Endpoint.truncated(path(), error));
        }
        return publisher(claimer, exclusive);
    }

    private Publisher publisher(final Claimer claimer, final boolean exclusive) {
        boolean done = false;
        try {
            final Publisher publisher = new Publisher(
                log, barrier, platform.memory(), claimer, exclusive, membership,
                subscriptions);
            register(publisher);
            done = true;
            return publisher;
        } finally {
            if (!done) {
                membership.leave(claimer);
            }
        }
    }

    /** What an operation gives. Whoever is closed meanwhile may have read anything. */
    private <T> T whileOpen(final Supplier<T> operation) {
        requireOpen();
        try {
            return operation.get();
        } catch (final ChannelException e) {
            throw whileOpen(e);
        }
    }

    /** What an operation has met, unless it met that because of a close. */
    private ChannelException whileOpen(final ChannelException e) {
        requireOpen();
        return e;
    }

    private void register(final Endpoint endpoint) {
        synchronized (endpoints) {
            // Every endpoint is marked closed before the mappings are replaced, or its thread would go
            // on from a message that went into private memory.
            if (closing) {
                throw closedUse();
            }
            final Iterator<Endpoint> each = endpoints.iterator();
            while (each.hasNext()) {
                if (each.next().isMarkedClosed()) {
                    each.remove();
                }
            }
            endpoints.add(endpoint);
        }
    }

    /** There will be an endpoint. Before it joins: where there is no thread for this nobody has joined. */
    private void beginHousekeeping() {
        synchronized (endpoints) {
            // Not behind the close that ends it.
            if (closing) {
                throw closedUse();
            }
            housekeeping.begin();
        }
    }

    private void requireOpen() {
        if (log.isClosed()) {
            throw closedUse();
        }
    }

    private ChannelClosedException closedUse() {
        return new ChannelClosedException(path(), "the channel " + path() + " is closed");
    }

    /** A value read from shared memory counts only if that was not taken away meanwhile. */
    private long stillOpen(final long value) {
        requireOpen();
        return value;
    }

    private static ChannelOptions optionsOf(final Geometry geometry) {
        final ChannelOptions options = geometry.ring()
            ? ChannelOptions.ring(geometry.capacityBytes(), geometry.segmentCount())
            : ChannelOptions.journal(geometry.segmentBytes())
                .withRetentionBytes(geometry.retentionBytes())
                .withRetentionTime(Duration.ofNanos(geometry.retentionNanos()));
        return options
            .withChecksums(geometry.checksums())
            .withTimestamps(geometry.timestamps())
            .withFrameAlignment(geometry.frameAlignment())
            .withFlushInterval(Duration.ofNanos(geometry.flushIntervalNanos()))
            .withStartPosition(geometry.startPosition());
    }
}
