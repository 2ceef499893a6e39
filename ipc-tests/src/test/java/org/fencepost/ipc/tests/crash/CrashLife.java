package org.fencepost.ipc.tests.crash;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.log.GroupCommit;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;

/**
 * A journal from the start of its machine to the failure of the power, used by three handles, as
 * three processes would. While one syncs, the others go on, so that what they do is in the sync or
 * not.
 */
final class CrashLife implements Disk.Watcher {
    private static final int OPERATIONS = 24;
    private static final int MESSAGE_BYTES_MAX = 1500;
    private static final int DEPTH_MAX = 2;
    /** The cursor keeps segments, but where they are to go. */
    private static final int POLL_MAX = 8;
    private static final int POLL_MAX_OF_REMOVAL = 64;
    private static final int SEGMENTS_AHEAD_MAX = 4;
    /** Of a life, about: moments are drawn from them. */
    private static final int EVENTS = 1500;
    private static final int EVENTS_OF_OPENING = 60;
    private static final int DEATHS_MAX = 2;
    private static final int ERRORS_OF_RECOVERY_MAX = 4;
    private static final int SYNCS_PER_ERROR_OF_RECOVERY = 5;
    private static final long NANOS_PER_LOOK = 250_000;
    /**
     * One sync out of so many fails, in a life with a failure; one in half as many is interrupted.
     */
    private static final int SYNCS_PER_FAILURE = 16;
    private static final Duration LONG = Duration.ofHours(1);

    private final SplittableRandom random;
    private final int momentsWanted;
    private final ChannelOptions options;
    private final Published published;
    private final Start start;
    private final boolean failing;
    private final boolean exclusive;
    private final int pollMax;
    private final List<Seen> seen = new ArrayList<>();
    private final Batch batch = new Batch();
    private final Claim claim = new Claim();

    private Machine machine;
    private Disk disk;
    private Channel channel;
    private Channel other;
    private MappedChannel third;
    private GroupCommit commit;
    /** Whether the third handle syncs at this moment, and not another one while that waits. */
    private boolean committing;
    /** Whether something is being published, or a segment made or removed. */
    private boolean changing;
    private List<Publisher> publishers;
    private Publisher claiming;
    private Publisher first;
    private Subscriber named;
    private byte[] claimed;
    private boolean open;
    private long openedEnd;
    private long epoch;
    /** What recoveries have cut off so far. */
    private Map<String, ByteBuffer> kept;
    private int depth;
    /** How often whoever recovers the journal has met an error of the disk. */
    private int errorsOfRecovery;
    private long nanos;
    /** After so many events whoever recovers the journal dies; 0: he lives. */
    private int eventsToDeath;

    /**
     * What is known when a life begins.
     *
     * @param created      whether there is a journal.
     * @param earliest     from where on it was kept when the power failed.
     * @param acknowledged up to where it was durable when the power failed.
     * @param epoch        its recovery epoch then.
     * @param nanos        the time then.
     */
    record Start(boolean created, long earliest, long acknowledged, long epoch, long nanos) {
        static final Start OF_ALL = new Start(false, 0, 0, 0, 0);
    }

    /** A moment at which the power may fail, and what is certain then. */
    record Moment(Crash crash, Recovered.Certain certain, String when) {
    }

    private record Seen(
        Crash crash, boolean open, long earliest, long acknowledged, String when) {
    }

    CrashLife(
        final SplittableRandom random, final int moments, final ChannelOptions options,
        final Published published, final Start start) {
        this.random = random;
        this.momentsWanted = moments;
        this.options = options;
        this.published = published;
        this.start = start;
        this.failing = random.nextInt(3) == 0;
        this.exclusive = random.nextInt(4) == 0;
        this.pollMax = options.retentionBytes() > 0 || !options.retentionTime().isZero()
            ? POLL_MAX_OF_REMOVAL : POLL_MAX;
        this.nanos = start.nanos();
    }

    /** On a machine with the disk that this one watches. */
    void live(final Machine its) {
        machine = its;
        disk = machine.disk();
        final Path path = machine.path(CrashRun.CHANNEL);
        channel = start.created()
            ? join(path) : ChannelDoor.open(path, options, machine, this::nanoTime);
        openedEnd = channel.tailPosition();
        epoch = channel.recoveryEpoch();
        kept = Recovered.kept(path);
        open = true;
        requireWhole();
        startThird();
        claiming = exclusive ? channel.addExclusivePublisher() : channel.addPublisher();
        first = exclusive ? claiming : channel.addPublisher();
        startOther();
        if (random.nextBoolean()) {
            alone(this::housekeep);
        }
        for (int operation = 0; operation < OPERATIONS; operation++) {
            operate();
        }
    }

    /** So that a seed gives the same life again. */
    private long nanoTime() {
        nanos += NANOS_PER_LOOK;
        return nanos;
    }

    /** Whoever recovers it may die of something else meanwhile; then another process goes on. */
    private Channel join(final Path path) {
        int deaths = 0;
        while (true) {
            eventsToDeath = deaths < DEATHS_MAX ? 1 + random.nextInt(EVENTS_OF_OPENING) : 0;
            try {
                return ChannelDoor.join(path, machine, this::nanoTime);
            } catch (final Disk.Death again) {
                // Its locks are gone, and everything that it had stored is there.
                deaths++;
            } catch (final ChannelIOException failedSync) {
                errorsOfRecovery++;
            } finally {
                eventsToDeath = 0;
            }
        }
    }

    private void startOther() {
        other = ChannelDoor.join(machine.path(CrashRun.CHANNEL), machine, this::nanoTime);
        publishers = exclusive ? List.of(first) : List.of(first, other.addPublisher());
        named = other.addSubscriber(SubscriberOptions.earliest().named(CrashRun.CURSOR, true));
    }

    private void startThird() {
        third = MappedChannel.open(new ChannelDirectory(machine.path(CrashRun.CHANNEL), machine),
            machine, this::nanoTime);
        commit = new GroupCommit(third.log());
    }

    private void requireWhole() {
        if (openedEnd < start.acknowledged()) {
            throw new AssertionError(
                "ends at " + openedEnd + ", but " + start.acknowledged() + " was durable");
        }
        published.cut(openedEnd);
        final String difference = published.difference(
            Recovered.read(channel), channel.earliestPosition(), openedEnd);
        if (difference != null) {
            throw new AssertionError(difference);
        }
    }

    /** Those that were kept, when the life has ended. */
    List<Moment> moments() {
        return seen.stream().map(moment -> new Moment(moment.crash(), certain(moment),
            moment.when())).toList();
    }

    private Recovered.Certain certain(final Seen moment) {
        return moment.open()
            ? new Recovered.Certain(
                true, moment.earliest(), moment.acknowledged(), 0, Long.MAX_VALUE, epoch + 1, epoch + 1, kept)
            // Whoever recovers what a recovery has left comes to the same end, and keeps the same;
            // in an
            // epoch of its own if that recovery had ended.
            : new Recovered.Certain(
                start.created(), start.earliest(), start.acknowledged(), openedEnd, openedEnd,
                epoch, epoch + 1, kept);
    }

    /** What the next life begins with. */
    Start end() {
        return new Start(true, earliest(), acknowledged(), epoch, nanos);
    }

    private long earliest() {
        return open ? channel.earliestPosition() : start.earliest();
    }

    private long acknowledged() {
        return open ? channel.durablePosition() : start.acknowledged();
    }

    @Override
    public void happened() {
        if (disk != null && random.nextInt(open ? EVENTS : EVENTS_OF_OPENING) < momentsWanted) {
            seen.add(new Seen(new Crash(disk), open, earliest(), acknowledged(),
                open ? "use" : start.created() ? "recovery" : "creation"));
        }
        if (eventsToDeath > 0 && --eventsToDeath == 0) {
            throw new Disk.Death();
        }
    }

    @Override
    public void syncing(final boolean mapped) {
        if (open && depth < DEPTH_MAX) {
            depth++;
            for (int i = random.nextInt(4); i > 0; i--) {
                operate();
            }
            depth--;
        }
    }

    @Override
    public Disk.Outcome outcome() {
        if (!open && start.created() && errorsOfRecovery < ERRORS_OF_RECOVERY_MAX
            && random.nextInt(SYNCS_PER_ERROR_OF_RECOVERY) == 0) {
            return Disk.Outcome.FAILED;
        }
        if (open && failing && random.nextInt(SYNCS_PER_FAILURE) == 0) {
            return committing && random.nextBoolean()
                ? Disk.Outcome.FAILED_AND_DIED : Disk.Outcome.FAILED;
        }
        return open && random.nextInt(SYNCS_PER_FAILURE) == 0
            ? Disk.Outcome.INTERRUPTED : Disk.Outcome.DONE;
    }

    private void operate() {
        switch (random.nextInt(13)) {
            case 0, 1, 2, 3 -> alone(this::offer);
            case 4, 5 -> alone(this::toggle);
            case 6 -> alone(this::offerBatch);
            case 7 -> named.poll((buffer, offset, length, header) -> { }, 1 + random.nextInt(pollMax));
            case 8 -> alone(this::housekeep);
            case 9 -> restart();
            default -> sync();
        }
    }

    /** Whoever makes or removes a segment is one of the publishers' threads: while it does, others sync and read. */
    private void alone(final Runnable operation) {
        if (changing) {
            return;
        }
        changing = true;
        try {
            operation.run();
        } finally {
            changing = false;
        }
    }

    private Publisher anyPublisher() {
        return publishers.get(random.nextInt(publishers.size()));
    }

    private void offer() {
        final Publisher publisher = anyPublisher();
        if (publisher == claiming && claim.isOpen()) {
            return;
        }
        final byte[] content = content();
        final long end = publish(() -> publisher.offer(1, content, 0, content.length));
        if (end > 0) {
            published.add(end, List.of(content));
        }
    }

    /** Claims, or resolves what was claimed some operations ago. */
    private void toggle() {
        if (claim.isOpen()) {
            if (random.nextInt(4) == 0) {
                claim.abort();
            } else {
                published.add(claim.commit(), List.of(claimed));
            }
            return;
        }
        claimed = content();
        if (publish(() -> claiming.tryClaim(2, claimed.length, claim)) >= 0) {
            claim.buffer().putBytes(0, claimed);
        }
    }

    private void offerBatch() {
        final Publisher publisher = anyPublisher();
        if (publisher == claiming && claim.isOpen()
            || publish(() -> publisher.tryClaimBatch(1 + random.nextInt(3000), batch)) < 0) {
            return;
        }
        final List<byte[]> contents = new ArrayList<>();
        byte[] content = content();
        while (batch.add(3, content, 0, content.length)) {
            contents.add(content);
            content = content();
        }
        final long end = batch.commit();
        if (!contents.isEmpty()) {
            published.add(end, contents);
        }
    }

    private interface Publishing {
        long publish();
    }

    /** A segment that cannot be made is an error of that attempt only. */
    private static long publish(final Publishing publishing) {
        try {
            return publishing.publish();
        } catch (final ChannelIOException noSegment) {
            return Publisher.PREPARING;
        }
    }

    private void housekeep() {
        try {
            if (random.nextBoolean()) {
                other.housekeeping().doWork();
            } else {
                prepareForFast();
            }
        } catch (final ChannelIOException noSegment) {
            // As above.
        } catch (final ChannelClosedException closed) {
            // In the middle of it, by another thread.
        }
    }

    /** As for publishers so fast that the pages of a segment are made too, while nothing has been synced. */
    private void prepareForFast() {
        third.log().cleaner().tryUnitAhead(
            random.nextInt(1, SEGMENTS_AHEAD_MAX + 1) * options.segmentBytes(), Long.MAX_VALUE);
    }

    /** Whoever syncs may be closed by another thread in the middle of it. */
    private void restart() {
        if (random.nextBoolean()) {
            third.close();
            startThird();
        } else {
            alone(() -> {
                other.close();
                startOther();
            });
        }
    }

    private void sync() {
        final boolean outer = committing;
        try {
            committing = depth > 0 || claim.isOpen() || random.nextBoolean();
            if (committing) {
                if (random.nextInt(4) == 0) {
                    commit.tryRecord();
                }
                commit.trySync(1 + random.nextInt(3));
            } else {
                channel.awaitDurable(channel.tailPosition(), LONG);
            }
        } catch (final SyncFailedException | ChannelIOException failure) {
            // Publishing goes on until the segments are full; of the journal's name it is tried again.
        } catch (final ChannelClosedException closed) {
            // In the middle of it, by another thread.
        } catch (final Disk.Death death) {
            if (outer) {
                throw death;
            }
            third.close();
            startThird();
        } finally {
            committing = outer;
        }
    }

    private byte[] content() {
        final byte[] content = new byte[8 + random.nextInt(MESSAGE_BYTES_MAX)];
        random.nextBytes(content);
        return content;
    }
}
