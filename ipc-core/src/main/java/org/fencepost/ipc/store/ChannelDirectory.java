package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.RetryingFileCalls;

/** The directory of a channel: where its files are, and what the control file says. */
public final class ChannelDirectory {
    private final Path path;
    private final Platform platform;

    /** The channel at {@code path}, which may not exist yet. */
    public ChannelDirectory(final Path path, final Platform platform) {
        this.path = absolute(path);
        this.platform = platform;
    }

    /**
     * The absolute path without {@code .} and {@code ..}, of the same place for the kernel: behind a symbolic link
     * {@code ..} is the parent of what that leads to, and without the link's text would be somewhere else.
     *
     * @throws ChannelIOException if it leads through a link to nothing, or where this user may not look.
     */
    public static Path absolute(final Path path) {
        final Path whole = path.toAbsolutePath();
        Path place = whole.getRoot();
        for (final Path name : whole) {
            if (name.toString().equals("..")) {
                place = parent(place, path);
            } else if (!name.toString().equals(".")) {
                place = place.resolve(name);
            }
        }
        return place;
    }

    private static Path parent(final Path place, final Path path) {
        Path real = place;
        try {
            real = place.toRealPath();
        } catch (final IOException e) {
            // What is not there at all is no link.
            if (!(e instanceof NoSuchFileException) || Files.isSymbolicLink(place)) {
                throw new ChannelIOException(path, "cannot find " + path + ": expected a directory at "
                    + place + ", where '..' is looked for: " + Reason.of(e), e);
            }
        }
        return real.getParent() == null ? real : real.getParent();
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    /**
     * Whether there is something that has to be a channel.
     *
     * @throws ChannelIOException if the system does not say, which is no reason to make one.
     */
    public boolean exists() {
        try {
            return new RetryingFileCalls(platform.files()).status(control(), false).isPresent();
        } catch (final IOException e) {
            throw new ChannelIOException(
                path, "cannot look for a channel at " + path + ": " + Reason.of(e) + whoGivesTheRight(e), e);
        }
    }

    /** Throws if there is nothing that has to be a channel. */
    public void requireThere() {
        if (!exists()) {
            throw new ChannelIOException(path,
                "no channel at " + path + ": expected a directory with a control file;"
                    + " create it with open", null);
        }
    }

    /**
     * Throws if a file of the channel belongs to another user than its directory, and was put there by somebody
     * else than its creator. For whoever would have created it; what is missing is said by who opens it.
     */
    public void requireOneOwner() {
        try {
            final FileCalls calls = new RetryingFileCalls(platform.files());
            final int user = calls.requireStatus(path, true).user();
            for (final Path file : List.of(control(), cursors(), members())) {
                final Optional<FileStatus> status = calls.status(file, false);
                final int found = status.isPresent() ? status.get().user() : user;
                if (found != user) {
                    throw new ChannelMismatchException(path, "somebody else has put a file into " + path
                        + ": expected all files to be of the directory's user, "
                        + Integer.toUnsignedString(user) + ", found " + file.getFileName() + " of user "
                        + Integer.toUnsignedString(found) + "; find out who, then chown it, or join the"
                        + " channel as it is");
                }
            }
        } catch (final NoSuchFileException e) {
            throw missing(e);
        } catch (final IOException e) {
            throw new ChannelIOException(path, "cannot open the channel " + path + ": " + Reason.of(e), e);
        }
    }

    /**
     * What it means that something of a channel is not there which was there a moment ago. Without its directory or
     * its control file it was none, whatever has its name now.
     */
    ChannelException missing(final NoSuchFileException cause) {
        final String file = cause.getFile();
        return file.equals(path.toString()) || file.equals(control().toString())
            || Files.notExists(control(), LinkOption.NOFOLLOW_LINKS)
            ? replaced(cause) : Headers.missing(Path.of(file), cause);
    }

    /**
     * What it means that something of the channel with this identity is damaged or missing: nothing, where another has
     * its name by now, for that does not fit to what was read of the first one.
     */
    ChannelException unlessReplaced(final long channelId, final ChannelException found) {
        return isReplaced(channelId) ? replaced(found) : found;
    }

    /** Of a channel that was there a moment ago. */
    ChannelIOException replaced(final Throwable cause) {
        return new ChannelIOException(path, path + ": expected the channel that was there, found "
            + (Files.exists(control(), LinkOption.NOFOLLOW_LINKS) ? "another" : "none")
            + "; it was removed or replaced meanwhile, try again", cause);
    }

    private boolean isReplaced(final long channelId) {
        try {
            return Headers.read(control(), FileKind.CONTROL).getLong(FileHeader.CHANNEL_ID_OFFSET) != channelId;
        } catch (final ChannelException e) {
            return Files.notExists(control(), LinkOption.NOFOLLOW_LINKS);
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

    private ChannelMismatchException otherScheme(final int scheme) {
        return new ChannelMismatchException(path,
            path + ": expected members that prove that they live by scheme " + platform.scheme().code() + " ("
                + platform.scheme() + "), as this process does, found scheme " + scheme
                + "; the two do not see each other, and a channel keeps that of who made it: use another path, or "
                + (platform.scheme() == LivenessScheme.OFD
                    ? "deny this process native access (--illegal-native-access=deny)"
                    : SharedMemory.ALLOW_NATIVE_ACCESS));
    }

    /** What the control file says, verified. */
    public Geometry readGeometry() {
        final ByteBuffer page = Headers.read(control(), FileKind.CONTROL);
        final int scheme = page.getInt(ControlFormat.LIVENESS_OFFSET);
        if (scheme != platform.scheme().code()) {
            throw otherScheme(scheme);
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
        if (!ring && (kind != ControlFormat.KIND_JOURNAL || (flags & ControlFormat.FLAG_CHECKSUMS) == 0)
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
            throw Headers.wrong(control(), "geometry", "a ring, or a journal with checksums, with sizes within limits",
                "kind " + kind + ", flags " + flags + ", " + segmentCount + " segments of " + segmentBytes
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
     * @throws ChannelIOException      if the operating system refuses; what it does not let be removed goes with the
     *                                 next creation beside it.
     * @throws ChannelDamagedException if the directory holds something that is not a channel.
     */
    public void create(final ChannelOptions options) {
        new ChannelCreation(this, platform, options).run();
    }

    /**
     * Removes the channel with its directory, unless somebody has it open.
     *
     * @return whether it did.
     * @throws ChannelMismatchException if a file is another user's, or who has it open proves that by other locks.
     * @throws ChannelDamagedException  if it cannot be asked who has it open.
     * @throws ChannelIOException       if something else is in the directory, it is a symbolic link, somebody else has
     *                                  removed it at the same moment, or the operating system refuses.
     */
    public boolean remove() {
        return new ChannelRemoval(this, platform).ifUnused();
    }

    /** The same under those who have it open, and if it is damaged: they go on with files that have no name. */
    public void removeUnderUsers() {
        new ChannelRemoval(this, platform).always();
    }

    /** What to do, behind the reason why something could not be read. */
    public static String whoGivesTheRight(final IOException e) {
        return e instanceof AccessDeniedException
            ? "; the user that it belongs to can give the right to read it, by chmod of the directory and its files"
            : "";
    }

    private static boolean isPowerOfTwo(final long value, final long min, final long max) {
        return value >= min && value <= max && Long.bitCount(value) == 1;
    }
}
