package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a channel. A channel is made in a directory beside its own and then renamed, so
 * that it is there whole or not at all. What a creator that died has left beside it is recognised by
 * its free lock and removed by the next one.
 */
public final class ChannelDirectory {
    private static final int ATTEMPTS_MAX = 100;
    private static final int DIRECTORY_PERMISSIONS = 0700;
    private static final int WRITABLE_BY_OTHERS = 02;
    private static final int STICKY = 01000;
    private static final Logger LOGGER = LoggerFactory.getLogger(ChannelDirectory.class);

    private final Path path;
    private final Platform platform;
    private final Surroundings surroundings;

    /** The channel at {@code path}, which may not exist yet. */
    public ChannelDirectory(final Path path, final Platform platform) {
        this.path = path.toAbsolutePath().normalize();
        this.platform = platform;
        this.surroundings = Surroundings.of(platform, platform.files());
    }

    private FileCalls calls() {
        return surroundings.calls();
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    /** Whether there is something that has to be a channel. */
    public boolean exists() {
        return Files.exists(path.resolve(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS);
    }

    /** Throws if there is nothing that has to be a channel. */
    public void requireThere() {
        if (!exists()) {
            throw new ChannelIOException(path,
                "no channel at " + path + ": expected a directory with a control file;"
                    + " create it with open", null);
        }
    }

    Path control() {
        return path.resolve(ControlFormat.FILE_NAME);
    }

    Path cursors() {
        return path.resolve(CursorsFormat.FILE_NAME);
    }

    Path members() {
        return path.resolve(MembersFormat.FILE_NAME);
    }

    /** The file whose bytes are locked, which differs by scheme: see {@link MembersFormat}. */
    static Path lockFile(final Path directory, final LivenessScheme scheme) {
        return directory.resolve(scheme == LivenessScheme.OFD
            ? MembersFormat.FILE_NAME : MembersFormat.PORTABLE_LOCK_FILE_NAME);
    }

    /** What the control file says, verified. */
    public Geometry readGeometry() {
        final ByteBuffer page = Headers.read(control(), FileKind.CONTROL);
        final int scheme = page.getInt(ControlFormat.LIVENESS_OFFSET);
        if (scheme != platform.scheme().code()) {
            throw new ChannelMismatchException(path,
                path + ": members prove that they live by scheme " + scheme + ", but this process"
                    + " can only use " + platform.scheme().code() + " (" + platform.scheme()
                    + "); two schemes do not see each other, so use native access in all processes"
                    + " of the channel or in none");
        }
        final int kind = page.getInt(ControlFormat.KIND_OFFSET);
        final long segmentBytes = page.getLong(ControlFormat.SEGMENT_BYTES_OFFSET);
        final int segmentCount = page.getInt(ControlFormat.SEGMENT_COUNT_OFFSET);
        final int flags = page.getInt(ControlFormat.FLAGS_OFFSET);
        final int frameAlignment = page.getInt(ControlFormat.FRAME_ALIGNMENT_OFFSET);
        final boolean ring = kind == ControlFormat.KIND_RING;
        final long flushIntervalNanos = page.getLong(ControlFormat.FLUSH_INTERVAL_OFFSET);
        final long retentionBytes = page.getLong(ControlFormat.RETENTION_BYTES_OFFSET);
        final long retentionNanos = page.getLong(ControlFormat.RETENTION_TIME_OFFSET);
        if (!ring && kind != ControlFormat.KIND_JOURNAL
            || !isPowerOfTwo(segmentBytes, ChannelOptions.SEGMENT_BYTES_MIN,
                ChannelOptions.SEGMENT_BYTES_MAX)
            || (ring ? !isPowerOfTwo(segmentCount, ChannelOptions.RING_SEGMENTS_MIN,
                ChannelOptions.RING_SEGMENTS_MAX) : segmentCount != 0)
            || !isPowerOfTwo(frameAlignment, ChannelOptions.FRAME_ALIGNMENT_MIN,
                ChannelOptions.FRAME_ALIGNMENT_MAX)
            || flushIntervalNanos < 0
            || flushIntervalNanos > (ring ? 0 : ChannelOptions.FLUSH_INTERVAL_MAX.toNanos())
            || retentionBytes < 0 || retentionBytes > (ring ? 0 : ChannelOptions.POSITION_MAX)
            || retentionNanos < 0 || retentionNanos
                > (ring || (flags & ControlFormat.FLAG_TIMESTAMPS) == 0
                    ? 0 : ChannelOptions.RETENTION_TIME_MAX.toNanos())) {
            throw Headers.wrong(control(), "geometry", "a ring or a journal with sizes within limits",
                "kind " + kind + ", " + segmentCount + " segments of " + segmentBytes
                    + " bytes, frames aligned to " + frameAlignment + ", flushed every "
                    + flushIntervalNanos + " ns, kept for " + retentionBytes + " bytes and "
                    + retentionNanos + " ns");
        }
        return new Geometry(
            ring,
            segmentBytes,
            segmentCount,
            frameAlignment,
            (flags & ControlFormat.FLAG_CHECKSUMS) != 0,
            (flags & ControlFormat.FLAG_TIMESTAMPS) != 0,
            page.getLong(ControlFormat.START_POSITION_OFFSET),
            flushIntervalNanos,
            retentionBytes,
            retentionNanos,
            page.getLong(FileHeader.CHANNEL_ID_OFFSET));
    }

    /**
     * Makes the channel, unless somebody else does at the same moment.
     *
     * @throws ChannelIOException      if the operating system refuses; nothing is left behind.
     * @throws ChannelDamagedException if the directory holds something that is not a channel.
     */
    public void create(final ChannelOptions options) {
        final Path parent = path.getParent();
        if (parent == null) {
            throw new ChannelIOException(path, "the root directory cannot be a channel", null);
        }
        try {
            Files.createDirectories(parent);
            requireNobodyElseRenames(parent);
            if (!options.flushInterval().isZero()) {
                DiskLevel.require(parent, platform);
            }
            removeLeftovers(parent);
            int attempts = 1;
            while (!createIn(parent, options)) {
                // Another creator took the new directory for a left-over before its lock was taken.
                if (++attempts > ATTEMPTS_MAX) {
                    throw new IOException("its new directory was removed " + ATTEMPTS_MAX + " times");
                }
            }
            calls().syncDirectory(parent);
        } catch (final IOException e) {
            throw new ChannelIOException(
                path, "cannot create the channel " + path + ": " + reason(e), e);
        }
    }

    /** In a directory where everybody may write, anybody could put another channel in the place of this. */
    private void requireNobodyElseRenames(final Path parent) throws IOException {
        final int permissions = calls().status(parent, true)
            .map(FileStatus::permissions).orElse(0);
        if ((permissions & WRITABLE_BY_OTHERS) != 0 && (permissions & STICKY) == 0) {
            throw new ChannelIOException(path, "cannot create the channel " + path + ": expected a"
                + " parent directory that not everybody may write to, or that is sticky as /tmp is,"
                + " found permissions 0" + Integer.toOctalString(permissions) + " of " + parent
                + "; use another one, or chmod o-w or +t", null);
        }
    }

    /** False if the new directory was lost to somebody who took it for a leftover. */
    private boolean createIn(final Path parent, final ChannelOptions options) throws IOException {
        final Path temporary = Leftovers.newName(parent);
        try {
            calls().makeDirectory(temporary, DIRECTORY_PERMISSIONS);
        } catch (final FileAlreadyExistsException taken) {
            return false;
        }
        final Path lockPath = lockFile(temporary, platform.scheme());
        boolean moved = false;
        try {
            calls().create(lockPath, Temporary.PRIVATE).close();
            // Until the channel is in its place, or it would look like a dead creator's.
            try (LockFile lock = platform.openLockFile(lockPath)) {
                if (!lock.tryLockShared(MembersFormat.PRESENCE_BYTE) || !lock.isSameFile(lockPath)) {
                    return false;
                }
                fill(temporary, options);
                moved = moveIntoPlace(temporary);
                return true;
            }
        } catch (final NoSuchFileException e) {
            if (Files.exists(lockPath, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            return false;
        } finally {
            if (!moved) {
                deleteTree(temporary, lockPath);
            }
        }
    }

    private void fill(final Path directory, final ChannelOptions options) throws IOException {
        final long channelId = new SecureRandom().nextLong();
        final boolean ring = options.kind() == ChannelOptions.Kind.RING;
        final long segmentBytes = options.segmentBytes();
        final int segments = ring ? options.segmentCount() : 1;

        writeMembers(directory, channelId);
        writeCursors(directory, channelId);
        for (int i = 0; i < segments; i++) {
            final long place = ring ? i : options.startPosition();
            writeSegment(directory.resolve(SegmentFormat.name(place)), channelId, segmentBytes,
                place, !ring);
        }
        writeControl(directory, channelId, options);
        calls().syncDirectory(directory);
    }

    /** Writes what in channels of one scheme is the lock file already, and open for it. */
    private void writeMembers(final Path directory, final long channelId) throws IOException {
        final Path file = directory.resolve(MembersFormat.FILE_NAME);
        final ByteBuffer page = FileHeader.seal(
            FileHeader.page(FileKind.MEMBERS, channelId, MembersFormat.FILE_BYTES));
        if (file.equals(lockFile(directory, platform.scheme()))) {
            try (FileHandle handle = calls().open(file, true)) {
                writeAll(handle, page);
            }
        } else {
            writeFile(file, page, MembersFormat.FILE_BYTES);
        }
    }

    private void writeCursors(final Path directory, final long channelId) throws IOException {
        writeFile(directory.resolve(CursorsFormat.FILE_NAME), FileHeader.seal(
            FileHeader.page(FileKind.CURSORS, channelId, CursorsFormat.FILE_BYTES)),
            CursorsFormat.FILE_BYTES);
    }

    private void writeSegment(
        final Path file, final long channelId, final long segmentBytes, final long place,
        final boolean allocated) throws IOException {
        try (FileHandle handle = calls().create(file, Temporary.PRIVATE)) {
            SegmentFiles.write(handle, channelId, segmentBytes, place, allocated);
        }
        if (!allocated) {
            platform.allocate(file, SegmentFormat.fileBytes(segmentBytes));
        }
    }

    private void writeControl(
        final Path directory, final long channelId, final ChannelOptions options)
        throws IOException {
        final boolean ring = options.kind() == ChannelOptions.Kind.RING;
        final long start = options.startPosition();
        final long ready = start + options.segmentBytes() * (ring ? options.segmentCount() : 1);
        final ByteBuffer page =
            FileHeader.page(FileKind.CONTROL, channelId, ControlFormat.FILE_BYTES);
        page.putInt(ControlFormat.KIND_OFFSET,
            ring ? ControlFormat.KIND_RING : ControlFormat.KIND_JOURNAL);
        page.putInt(ControlFormat.FLAGS_OFFSET,
            (options.checksums() ? ControlFormat.FLAG_CHECKSUMS : 0)
                | (options.timestamps() ? ControlFormat.FLAG_TIMESTAMPS : 0));
        page.putLong(ControlFormat.SEGMENT_BYTES_OFFSET, options.segmentBytes());
        page.putInt(ControlFormat.SEGMENT_COUNT_OFFSET, options.segmentCount());
        page.putInt(ControlFormat.LIVENESS_OFFSET, platform.scheme().code());
        page.putLong(ControlFormat.START_POSITION_OFFSET, start);
        page.putLong(ControlFormat.CREATED_OFFSET,
            TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
        page.putInt(ControlFormat.FRAME_ALIGNMENT_OFFSET, options.frameAlignment());
        page.putLong(ControlFormat.FLUSH_INTERVAL_OFFSET, options.flushInterval().toNanos());
        page.putLong(ControlFormat.RETENTION_BYTES_OFFSET, options.retentionBytes());
        page.putLong(ControlFormat.RETENTION_TIME_OFFSET, options.retentionTime().toNanos());
        FileHeader.seal(page);

        final ByteBuffer words = ByteBuffer.allocate(2 * FileHeader.PAGE_BYTES).order(page.order());
        words.put(0, page, 0, FileHeader.PAGE_BYTES);
        words.putLong(ControlFormat.TAIL_OFFSET, start);
        words.putLong(ControlFormat.READY_OFFSET, ready);
        words.putLong(ControlFormat.CLEARING_OFFSET, ready);
        words.putLong(ControlFormat.EARLIEST_OFFSET, start);
        words.putLong(ControlFormat.DURABLE_OFFSET, start);
        final Path file = directory.resolve(ControlFormat.FILE_NAME);
        try (FileHandle handle = calls().create(file, Temporary.PRIVATE)) {
            if (!ring && platform.canSync()) {
                Life.of(file, calls()).write(words);
            }
            platform.allocate(file, ControlFormat.FILE_BYTES);
            writeAll(handle, words);
        }
    }

    /** Whether this creator's directory is the channel now; false if another was first. */
    private boolean moveIntoPlace(final Path temporary) throws IOException {
        try {
            // Replaces nothing but an empty directory.
            calls().rename(temporary, path);
            return true;
        } catch (final IOException e) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return lostRace(e);
            }
            throw e;
        }
    }

    private boolean lostRace(final IOException cause) {
        if (exists()) {
            return false;
        }
        throw new ChannelDamagedException(path,
            path + ": expected a channel, or nothing or an empty directory to make one, found "
                + (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                    ? "a directory with other files and no " + ControlFormat.FILE_NAME
                    : "something that is not a directory")
                + "; use another path or move it away", cause);
    }

    /** Removes what creators of channels that are dead have left beside this one. */
    private void removeLeftovers(final Path parent) {
        Leftovers.forEach(parent, leftover -> {
            if (Files.isDirectory(leftover, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    removeIfDead(leftover, lockFile(leftover, platform.scheme()));
                } catch (final IOException e) {
                    // Another user's, or it was renamed or removed meanwhile.
                    LOGGER.debug("cannot remove the left-over {}: {}", leftover, reason(e));
                }
            }
        });
    }

    private void removeIfDead(final Path leftover, final Path lockPath) throws IOException {
        try (LockFile lock = platform.openLockFile(lockPath)) {
            if (lock.tryLock(MembersFormat.PRESENCE_BYTE) && lock.isSameFile(lockPath)) {
                deleteTree(leftover, lockPath);
            }
        } catch (final NoSuchFileException e) {
            deleteIfEmpty(leftover);
        }
    }

    /**
     * Removes the directory of somebody who died before it had a lock file, or behind its removal. A
     * living creator that loses it so finds out when it makes the lock file, and begins again.
     */
    private static void deleteIfEmpty(final Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (final DirectoryNotEmptyException e) {
            // Its creator has just made the lock file.
        }
    }

    private void writeFile(final Path file, final ByteBuffer content, final long bytes)
        throws IOException {
        try (FileHandle handle = calls().create(file, Temporary.PRIVATE)) {
            platform.allocate(file, bytes);
            writeAll(handle, content);
        }
    }

    /** The size is synced with what is written, or the file may be too short behind a loss of power. */
    private static void writeAll(final FileHandle file, final ByteBuffer content)
        throws IOException {
        Temporary.write(file, content.rewind(), 0);
        file.sync();
    }

    /**
     * Deletes a directory with its files; somebody else may be doing the same. The lock file goes last:
     * without it, what is left by who dies in here would not be recognised.
     */
    private static void deleteTree(final Path directory, final Path lockPath) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
            directory, entry -> !entry.getFileName().equals(lockPath.getFileName()))) {
            for (final Path entry : entries) {
                Files.deleteIfExists(entry);
            }
            Files.deleteIfExists(lockPath);
            Files.deleteIfExists(directory);
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        } catch (final NoSuchFileException e) {
            // It has done so.
        }
    }

    static String reason(final IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static boolean isPowerOfTwo(final long value, final long min, final long max) {
        return value >= min && value <= max && Long.bitCount(value) == 1;
    }
}
