package org.fencepost.ipc.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.log.ControlWords;
import org.fencepost.ipc.log.CursorTable;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Members;
import org.fencepost.ipc.log.SegmentStore;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.MountedReadOnlyException;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.RetryingFileCalls;
import org.fencepost.ipc.os.Window;
import org.slf4j.LoggerFactory;

/**
 * One opening of a channel: its steps in order, and what they have taken, to be given back when the
 * rest fails. Used once, by one thread.
 */
final class Opening {
    private final ChannelDirectory directory;
    private final Platform platform;
    private final EpochNanoClock clock;
    private final Path path;
    private final Path lockPath;
    private final Geometry geometry;
    private final boolean recoverable;
    private LockFile locks;
    private ChannelName name;
    private Members members;
    private Window control;
    private Window cursors;
    private AutoCloseable segments;

    Opening(
        final ChannelDirectory directory, final Platform platform, final EpochNanoClock clock) {
        this.directory = directory;
        this.platform = platform;
        this.clock = clock;
        this.path = directory.path();
        this.lockPath = ChannelDirectory.lockFile(path, platform.scheme());
        this.geometry = directory.readGeometry();
        this.recoverable = platform.canSync();
    }

    /** Steps that may fail. */
    private interface Steps<T> {
        T take() throws IOException;
    }

    /** With locks, for somebody who may write; recovers what has to be recovered first. */
    MappedChannel asMember() {
        return opened(new Steps<>() {
            @Override
            public MappedChannel take() throws IOException {
                requireMembersFile();
                openLocks(lockFile());
                becomePresent();
                map(true, Optional.empty());
                if (recoverable) {
                    requireSameBoot(words());
                }
                return channel(true, Log.NO_END);
            }
        });
    }

    /** Without locks, for reading; what would have to be recovered first is shown as it would be then. */
    MappedChannel asViewer() {
        return opened(() -> {
            requireMembersFile();
            openLocks(lockFileForReading());
            final Optional<Recovery.Image> image = recoverable ? image() : Optional.empty();
            map(false, image);
            return channel(false, image.map(Recovery.Image::end).orElse(Log.NO_END));
        });
    }

    /** What is damaged. */
    RepairReport examine() {
        requireRecoverable();
        return opened(() -> {
            requireMembersFile();
            requireCursorsFile();
            try {
                return repairing().examine();
            } catch (final InternalError e) {
                throw pageMissing(e);
            }
        });
    }

    /** With all locks, because nobody may have it open. */
    RepairReport repair() {
        requireRecoverable();
        return opened(() -> {
            requireMembersFile();
            openLocks(platform.openLockFile(lockPath));
            if (!locks.tryLock(MembersFormat.OPENING_BYTE)
                || !locks.tryLock(MembersFormat.PRESENCE_BYTE)) {
                throw new ChannelMismatchException(path, path + " cannot be repaired: expected that"
                    + " nobody has it open, found somebody who holds its locks; close it everywhere");
            }
            requireSameFile();
            try {
                return repairing().repair();
            } catch (final InternalError e) {
                throw pageMissing(e);
            } finally {
                members.close();
            }
        });
    }

    private void requireRecoverable() {
        if (!recoverable || geometry.ring()) {
            throw new ChannelMismatchException(path, path + " cannot be repaired: expected a journal on a"
                + " system where syncs are known to reach the disk, found "
                + (geometry.ring() ? "a ring" : "another system") + "; create the channel anew");
        }
    }

    /** What the steps give; if one fails, all that was taken is given back. */
    private <T> T opened(final Steps<T> steps) {
        try {
            return taken(steps);
        } catch (final RuntimeException | Error e) {
            giveBack(e);
            throw e;
        }
    }

    private <T> T taken(final Steps<T> steps) {
        try {
            return steps.take();
        } catch (final ChannelDamagedException e) {
            throw directory.unlessReplaced(geometry.channelId(), e);
        } catch (final IOException e) {
            throw refused(e);
        } catch (final UncheckedIOException e) {
            throw refused(e.getCause());
        }
    }

    private ChannelException refused(final IOException e) {
        return e instanceof final NoSuchFileException missing
            ? directory.unlessReplaced(geometry.channelId(), directory.missing(missing)) : refused(e, "");
    }

    private ChannelIOException refused(final IOException e, final String whatToDo) {
        return new ChannelIOException(
            path, "cannot open the channel " + path + ": " + Reason.of(e) + whatToDo, e);
    }

    /** Before its bytes are locked, so that a wrong file is told from one that is not permitted. */
    private void requireMembersFile() {
        Headers.read(directory.members(), FileKind.MEMBERS, geometry.channelId());
    }

    private void requireCursorsFile() {
        Headers.read(directory.cursors(), FileKind.CURSORS, geometry.channelId());
    }

    private LockFile lockFile() throws IOException {
        try {
            return platform.openLockFile(lockPath);
        } catch (final NoSuchFileException missing) {
            throw missing;
        } catch (final FileSystemException e) {
            // The JDK does not tell a file system that is mounted read-only by the exception.
            if (e instanceof AccessDeniedException || e instanceof MountedReadOnlyException
                || Files.isReadable(lockPath) && !Files.isWritable(lockPath)) {
                // Or it is refused for that.
                lockFileForReading().close();
                throw refused(e, "; who may only read it can look (Channel.view, ipc tail)");
            }
            throw refused(e);
        }
    }

    private LockFile lockFileForReading() throws IOException {
        try {
            return platform.openLockFileForReading(lockPath);
        } catch (final AccessDeniedException e) {
            throw refused(e, ChannelDirectory.whoGivesTheRight(e));
        }
    }

    private void openLocks(final LockFile lockFile) throws IOException {
        locks = lockFile;
        name = new ChannelName(path, lockFile, lockPath);
        members = new Members(path, lockFile);
        requireCursorsFile();
        requireSameFile();
    }

    /**
     * Takes the shared lock of who is present, behind the opening byte, which is shared by all but who recovers,
     * repairs or removes: so who comes meanwhile waits until that has ended, or its process has, and looks itself; and
     * who recovers finds nobody present who has not believed the words. They stay believed while anybody is present.
     */
    private void becomePresent() throws IOException {
        if (recoverable) {
            final Recovery recovery = recovery();
            await(MembersFormat.OPENING_BYTE, true);
            if (!recovery.isSettled()) {
                locks.unlock(MembersFormat.OPENING_BYTE);
                await(MembersFormat.OPENING_BYTE, false);
                // Whoever is there already has joined as it is, or on another machine.
                if (!recovery.isSettled() && locks.tryLock(MembersFormat.PRESENCE_BYTE)) {
                    requireSameFile();
                    recover(recovery);
                }
            }
        }
        await(MembersFormat.PRESENCE_BYTE, true);
        if (recoverable) {
            locks.unlock(MembersFormat.OPENING_BYTE);
        }
        requireSameFile();
    }

    private void recover(final Recovery recovery) throws IOException {
        try {
            final Recovery.Finding finding = recovery.run();
            if (!recovery.report().isEmpty()) {
                LoggerFactory.getLogger(MappedChannel.class).warn(
                    "recovered {}, which was {}: {}", path, finding, String.join("; ", recovery.report()));
            }
        } catch (final InternalError e) {
            throw pageMissing(e);
        }
    }

    /** What the words ought to be if they are not believed and nobody is there who makes them so. */
    private Optional<Recovery.Image> image() throws IOException {
        final Recovery recovery = recovery();
        try {
            final Optional<Recovery.Image> image = recovery.foresee();
            return recovery.isSameLife() ? Optional.empty() : image;
        } catch (final IOException | ChannelException e) {
            if (recovery.isSameLife()) {
                // Somebody has recovered it meanwhile.
                return Optional.empty();
            }
            throw e;
        } catch (final InternalError e) {
            throw pageMissing(e);
        }
    }

    private Recovery recovery() {
        return new Recovery(directory, platform, calls(), geometry);
    }

    private JournalRepair repairing() {
        return new JournalRepair(recovery(), path, calls(), geometry, platform.memory());
    }

    /** Who only examines has no locks, and changes nothing. */
    private FileCalls calls() {
        final FileCalls calls = new RetryingFileCalls(platform.files());
        return name == null ? calls : new NamedCalls(calls, name);
    }

    private void map(final boolean writable, final Optional<Recovery.Image> image)
        throws IOException {
        control = platform.reserve(ControlFormat.FILE_BYTES, 1);
        if (image.isPresent()) {
            control.hold(0, image.get().control());
        } else {
            control.map(0, directory.control(), 0, writable, true);
        }
        cursors = platform.reserve(CursorsFormat.FILE_BYTES, 1);
        cursors.map(0, directory.cursors(), 0, writable, true);
        segments = geometry.ring()
            ? new RingSegments(platform, path, geometry, writable)
            : new JournalSegments(platform, path, name, geometry, writable, control.address(0));
        // Behind the names by which it was mapped: words of another channel would be written without its locks.
        requireSameFile();
    }

    private ControlWords words() {
        return new ControlWords(path, platform.memory(), control.address(0));
    }

    private MappedChannel channel(final boolean writable, final long end) {
        final ControlWords words = words();
        requireSound(words);
        final Log log = new Log(
            path, geometry, platform.memory(), words,
            new CursorTable(platform.memory(), cursors.address(0)),
            members, (SegmentStore) segments, clock, platform.sleeping(), writable,
            end);
        return new MappedChannel(platform, geometry, members, control, cursors, segments, log);
    }

    /**
     * Waits for a byte as long as somebody holds it: who recovers, repairs, removes, or looks whether a dead
     * creator has left this. No clock ends it, because no clock knows whether that one is at work.
     */
    private void await(final long lockByte, final boolean shared) throws IOException {
        final IdleStrategy idle = new BackoffIdleStrategy();
        while (!(shared ? locks.tryLockShared(lockByte) : locks.tryLock(lockByte))) {
            if (Thread.currentThread().isInterrupted()) {
                throw new ChannelIOException(path, "interrupted while another process recovers,"
                    + " repairs or removes " + path + ": expected the lock of byte " + lockByte
                    + " of " + lockPath + " to be free, found it held; open it again when that is"
                    + " done, or end that process", null);
            }
            idle.idle();
        }
    }

    private void requireSameFile() throws IOException {
        if (!locks.isSameFile(lockPath)) {
            throw directory.replaced(null);
        }
    }

    /** Whoever is there already has been started with another kernel: memory is not shared with it. */
    private void requireSameBoot(final ControlWords words) throws IOException {
        final Life life = Life.of(directory.control(), calls(), platform.bootId());
        if (life.bootHigh() != words.bootIdAcquire(0) || life.bootLow() != words.bootIdAcquire(1)) {
            throw new ChannelMismatchException(path,
                path + " is in use on another machine: expected the boot id "
                    + new UUID(life.bootHigh(), life.bootLow()) + " of this one, found "
                    + new UUID(words.bootIdAcquire(0), words.bootIdAcquire(1)) + " and somebody who"
                    + " holds its locks; a channel is for the processes of one host");
        }
    }

    /** The words that positions are computed from have to fit together, and what is kept has to be possible. */
    private void requireSound(final ControlWords words) {
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
        words.retentionBytesAcquire(geometry);
        words.retentionNanosAcquire(geometry);
    }

    private ChannelDamagedException pageMissing(final InternalError error) {
        return new ChannelDamagedException(path, "a page of " + path
            + " is missing: expected segments of their full size that can be read; restore them,"
            + " nothing was changed", error);
    }

    /** What has been taken, in reverse order, whatever one of them says to it; the locks last. */
    private void giveBack(final Throwable error) {
        for (final AutoCloseable taken : new AutoCloseable[] {segments, cursors, control}) {
            try {
                if (taken != null) {
                    MappedChannel.closeQuietly(taken);
                }
            } catch (final RuntimeException again) {
                error.addSuppressed(again);
            }
        }
        if (members != null) {
            members.close();
        }
    }
}
