package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.log.ControlWords;
import org.fencepost.ipc.log.CursorTable;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Members;
import org.fencepost.ipc.log.SegmentStore;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.RetryingFileCalls;
import org.fencepost.ipc.os.Window;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open files of one handle, and the log on top of them.
 *
 * <p>Opened in the order lock, control, cursors, segments, and closed the other way round with the
 * lock last: as long as this process can store into a segment its members hold their locks. The
 * segments go before the control file, or a publisher in the middle of a claim could win a position
 * of the private memory that replaces it and write there.
 */
public final class MappedChannel implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MappedChannel.class);
    private static final int PRESENCE_ATTEMPTS_MAX = 1000;

    private final Platform platform;
    private final Geometry geometry;
    private final Members members;
    private final Window control;
    private final Window cursors;
    private final AutoCloseable segments;
    private final Log log;

    private MappedChannel(
        final Platform platform,
        final Geometry geometry,
        final Members members,
        final Window control,
        final Window cursors,
        final AutoCloseable segments,
        final Log log) {
        this.platform = platform;
        this.geometry = geometry;
        this.members = members;
        this.control = control;
        this.cursors = cursors;
        this.segments = segments;
        this.log = log;
    }

    /**
     * Opens the files of an existing channel.
     *
     * @throws org.fencepost.ipc.ChannelException if one is missing, damaged or not permitted.
     */
    public static MappedChannel open(
        final ChannelDirectory directory, final Platform platform, final EpochNanoClock clock) {
        final Path path = directory.path();
        final Opened opened = new Opened();
        boolean done = false;
        try {
            final Geometry geometry = directory.readGeometry();
            final long id = geometry.channelId();
            Headers.read(directory.members(), FileKind.MEMBERS, id);
            final Path lockPath = ChannelDirectory.lockFile(path, platform.scheme());
            final LockFile locks = platform.openLockFile(lockPath);
            opened.members = new Members(path, locks);
            final boolean recoverable = !geometry.ring() && platform.canSync();
            if (recoverable) {
                recoverIfAlone(directory, platform, geometry, locks, lockPath);
            }
            becomePresent(path, locks);
            requireSameFile(locks, lockPath);
            Headers.read(directory.cursors(), FileKind.CURSORS, id);
            opened.control = map(platform, directory.control(), ControlFormat.FILE_BYTES);
            opened.cursors = map(platform, directory.cursors(), CursorsFormat.FILE_BYTES);
            final SegmentStore store;
            if (geometry.ring()) {
                final RingSegments ring = new RingSegments(platform, path, geometry);
                opened.segments = ring;
                store = ring;
            } else {
                final JournalSegments journal = new JournalSegments(platform, path, geometry);
                opened.segments = journal;
                store = journal;
            }
            final ControlWords words =
                new ControlWords(path, platform.memory(), opened.control.address(0));
            requireSound(directory, geometry, words);
            if (recoverable) {
                requireSameBoot(directory, platform, words);
            }
            final Log log = new Log(
                path, geometry, platform.memory(), words,
                new CursorTable(platform.memory(), opened.cursors.address(0)),
                opened.members, store, clock, platform.sleeping());
            done = true;
            return new MappedChannel(platform, geometry, opened.members, opened.control,
                opened.cursors, opened.segments, log);
        } catch (final IOException e) {
            throw new ChannelIOException(
                path, "cannot open the channel " + path + ": " + ChannelDirectory.reason(e), e);
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    /** The log on the mapped files. */
    public Log log() {
        return log;
    }

    /** Kind, sizes and options. */
    public Geometry geometry() {
        return geometry;
    }

    /** Makes every thread of this process pass a fence; see {@link Platform#barrier}. */
    public void barrier() {
        platform.barrier();
    }

    /**
     * Closes the handle under whatever its threads are doing: an operation that is in the middle
     * touches private memory from here on and finds the handle closed at its end.
     */
    @Override
    public void close() {
        log.close();
        log.ringAll();
        platform.barrier();
        closeQuietly(segments);
        cursors.close();
        control.close();
        members.close();
    }

    /** With nobody else there, the log may have to be made whole before anybody maps it. */
    private static void recoverIfAlone(
        final ChannelDirectory directory, final Platform platform, final Geometry geometry,
        final LockFile locks, final Path lockPath) throws IOException {
        if (!locks.tryLock(MembersFormat.PRESENCE_BYTE)) {
            return;
        }
        try {
            requireSameFile(locks, lockPath);
            final Recovery recovery = new Recovery(
                directory, platform, new RetryingFileCalls(platform.files()), geometry);
            final Recovery.Finding finding = recovery.run();
            if (!recovery.report().isEmpty()) {
                LOGGER.warn("recovered {}, which was {}: {}", directory.path(), finding,
                    String.join("; ", recovery.report()));
            }
        } catch (final InternalError e) {
            throw new ChannelDamagedException(directory.path(), "a page of " + directory.path()
                + " is missing: expected segments of their full size that can be read; restore them,"
                + " nothing was changed", e);
        } finally {
            locks.unlock(MembersFormat.PRESENCE_BYTE);
        }
    }

    private static void requireSameFile(final LockFile locks, final Path lockPath)
        throws IOException {
        if (!locks.isSameFile(lockPath)) {
            throw new ChannelDamagedException(lockPath, lockPath
                + ": expected the file that was just opened, found another; the channel was"
                + " removed or replaced meanwhile, try again");
        }
    }

    /** Whoever is there already has been started with another kernel: memory is not shared with it. */
    private static void requireSameBoot(
        final ChannelDirectory directory, final Platform platform, final ControlWords words)
        throws IOException {
        final Life life = Life.of(directory.control(), platform.files());
        if (life.bootHigh() != words.bootIdAcquire(0) || life.bootLow() != words.bootIdAcquire(1)) {
            throw new ChannelMismatchException(directory.path(),
                directory.path() + " is in use on another machine: expected the boot id "
                    + new UUID(life.bootHigh(), life.bootLow()) + " of this one, found "
                    + new UUID(words.bootIdAcquire(0), words.bootIdAcquire(1)) + " and somebody who"
                    + " holds its locks; a channel is for the processes of one host");
        }
    }

    /** Somebody may hold the byte for a moment to see whether a dead creator has left this. */
    private static void becomePresent(final Path path, final LockFile locks) throws IOException {
        final IdleStrategy idle = new BackoffIdleStrategy();
        for (int attempt = 0; !locks.tryLockShared(MembersFormat.PRESENCE_BYTE); attempt++) {
            if (attempt == PRESENCE_ATTEMPTS_MAX) {
                throw new ChannelIOException(path, path
                    + " is being rebuilt or removed by another process; try again when it is done",
                    null);
            }
            idle.idle();
        }
    }

    private static Window map(final Platform platform, final Path file, final long bytes)
        throws IOException {
        final Window window = platform.reserve(bytes, 1);
        boolean mapped = false;
        try {
            window.map(0, file, 0, true, true);
            mapped = true;
            return window;
        } finally {
            if (!mapped) {
                window.close();
            }
        }
    }

    /** The words that positions are computed from have to fit together. */
    private static void requireSound(
        final ChannelDirectory directory, final Geometry geometry, final ControlWords words) {
        // They only grow, and are read from the smallest to the largest: so they compare as they should
        // although others move them meanwhile.
        final long start = geometry.startPosition();
        final long durable = words.durableAcquire();
        final long tail = words.tailAcquire();
        final long ready = words.readyAcquire();
        final long clearing = words.clearingAcquire();
        final long segmentMask = geometry.segmentBytes() - 1;
        if (start < 0 || tail < start || ready < tail || clearing < ready
            || clearing > ControlFormat.POSITION_MAX + geometry.capacityBytes()
            || tail % geometry.frameAlignment() != 0
            || ((start | ready | clearing) & segmentMask) != 0
            || durable < start || durable > ready) {
            throw Headers.wrong(directory.control(), "words",
                "aligned positions start <= tail <= ready <= clearing, and durable from start to ready",
                "start " + start + ", tail " + tail + ", ready " + ready + ", clearing " + clearing
                    + ", durable " + durable);
        }
    }

    private static void closeQuietly(final AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (final RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new IllegalStateException("closing segments throws no checked exception", e);
        }
    }

    /** What has been opened so far, to be closed when the rest fails. */
    private static final class Opened {
        private Members members;
        private Window control;
        private Window cursors;
        private AutoCloseable segments;

        void close() {
            if (segments != null) {
                closeQuietly(segments);
            }
            if (cursors != null) {
                cursors.close();
            }
            if (control != null) {
                control.close();
            }
            if (members != null) {
                members.close();
            }
        }
    }
}
