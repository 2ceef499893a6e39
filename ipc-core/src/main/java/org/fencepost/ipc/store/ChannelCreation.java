package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.SystemRandom;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.RetryingFileCalls;
import org.slf4j.LoggerFactory;

/**
 * Makes a channel: in a directory beside its own that is then renamed, so that it is there whole or not
 * at all. What a creator that died has left beside it is recognised by its free lock and removed by the
 * next one. Used once, by one thread.
 */
final class ChannelCreation {
    private static final int ATTEMPTS_MAX = 100;
    private static final int ROOT = 0;
    private static final int GROUP_FILE = 0660;
    private static final int PRIVATE_DIRECTORY = 0700;
    private static final int GROUP_DIRECTORY = 0770;
    private static final int PARENT_DIRECTORY = 0755;
    private static final int WRITABLE_BY_OTHERS = 02;
    private static final int STICKY = 01000;
    private static final int SET_GROUP = 02000;

    private final ChannelDirectory directory;
    private final Path path;
    private final Platform platform;
    private final FileCalls calls;
    private final ChannelOptions options;

    ChannelCreation(
        final ChannelDirectory directory, final Platform platform, final ChannelOptions options) {
        this.directory = directory;
        this.path = directory.path();
        this.platform = platform;
        this.calls = new RetryingFileCalls(platform.files());
        this.options = options;
    }

    /** Makes it, unless somebody else does at the same moment. */
    void run() {
        final Path parent = path.getParent();
        if (parent == null) {
            throw new ChannelIOException(path, "the root directory cannot be a channel", null);
        }
        requireRoomForNames(parent);
        try {
            makeParent(parent);
            requireNobodyElseRenames(parent);
            if (!options.flushInterval().isZero()) {
                DiskLevel.require(parent, platform);
            }
            int attempts = 1;
            while (!createIn(parent)) {
                // Another creator took the new directory for a left-over before its lock was taken.
                if (++attempts > ATTEMPTS_MAX) {
                    throw new IOException("its new directory was removed " + ATTEMPTS_MAX + " times");
                }
            }
            calls.syncDirectory(parent);
        } catch (final IOException e) {
            throw new ChannelIOException(path, "cannot create the channel " + path + ": " + Reason.of(e)
                + advice(e, parent), e);
        }
    }

    /**
     * The longest names that a channel's files ever have are temporary: of those in its directory, and in the one
     * beside it that it is made in and removed from.
     */
    private void requireRoomForNames(final Path parent) {
        final int found = FileStatus.pathBytes(path);
        final int directoryBytes = Math.max(found, FileStatus.pathBytes(parent) + 1 + Leftovers.NAME_BYTES_MAX);
        final int longest = directoryBytes + 1 + Leftovers.NAME_BYTES_MAX;
        if (longest > FileStatus.PATH_BYTES_MAX) {
            throw refused("a path of at most " + (found - (longest - FileStatus.PATH_BYTES_MAX))
                + " bytes, as those of its files grow to " + FileStatus.PATH_BYTES_MAX, Integer.toString(found),
                "use a shorter one");
        }
    }

    /** What to do about a failure, where that is known. */
    private String advice(final IOException failure, final Path parent) {
        if (failure instanceof AccessDeniedException) {
            return "; the user that the directory belongs to can give the right to write there";
        }
        final long wanted = ControlFormat.FILE_BYTES + CursorsFormat.FILE_BYTES + MembersFormat.FILE_BYTES
            + segments() * SegmentFormat.fileBytes(options.segmentBytes());
        try {
            final FileStore store = Files.getFileStore(parent);
            final long found = store.getUsableSpace();
            // /proc and its like have no size.
            return found >= wanted || store.getTotalSpace() == 0 ? "" : "; expected " + wanted
                + " bytes of room, found " + found + "; make some, or use another path";
        } catch (final IOException unknown) {
            return "";
        }
    }

    /** Of a new channel. */
    private int segments() {
        return options.kind() == ChannelOptions.Kind.RING ? options.segmentCount() : 1;
    }

    /**
     * Makes a directory with its parents, for this user to write to alone, each durably. The last one that is there
     * already may have been made by somebody who has died before that was on the disk.
     */
    private void makeParent(final Path parent) throws IOException {
        if (calls.status(parent, true).isPresent()) {
            DiskLevel.settleName(parent, calls);
            return;
        }
        makeParent(parent.getParent());
        try {
            calls.makeDirectory(parent, PARENT_DIRECTORY);
        } catch (final FileAlreadyExistsException made) {
            // By somebody else at the same moment.
        }
        calls.syncDirectory(parent.getParent());
    }

    /** The parent is a directory. Where everybody may write, anybody could put another channel in the place of this. */
    private void requireNobodyElseRenames(final Path parent) throws IOException {
        final Optional<FileStatus> status = calls.status(parent, true);
        if (status.isPresent() && !status.get().isDirectory()) {
            throw refused("a parent directory", parent + ", which is none", "use another path");
        }
        final int permissions = status.isPresent() ? status.get().permissions() : 0;
        if ((permissions & WRITABLE_BY_OTHERS) != 0 && (permissions & STICKY) == 0) {
            throw refused("a parent directory that not everybody may write to, or that is sticky as /tmp is",
                "permissions 0" + Integer.toOctalString(permissions) + " of " + parent,
                "use another one, or chmod o-w or +t");
        }
    }

    /**
     * This user: the one that the new directory belongs to. Throws if the place is another's: whose directory
     * it is may rename what is in it, and whoever has made a link, or a directory, in the channel's place
     * may change that.
     */
    private int owner(final Path parent, final Path made) throws IOException {
        final int self = calls.requireStatus(made, false).user();
        requireOwner(parent, self, calls.status(parent, true));
        final Optional<FileStatus> place = calls.status(path, false);
        if (place.isPresent() && place.get().isSymbolicLink()) {
            throw refused("nothing, or an empty directory", "a symbolic link",
                "create the channel where that leads to, or remove the link");
        }
        requireOwner(path, self, place);
        return self;
    }

    private void requireOwner(
        final Path directory, final int self, final Optional<FileStatus> status) {
        final int user = status.isPresent() ? status.get().user() : self;
        if (user != self && user != ROOT) {
            throw refused("a directory of this user, " + id(self) + ", or of root",
                directory + " of user " + id(user), "use another one, or chown it");
        }
    }

    private static String id(final int user) {
        return Integer.toUnsignedString(user);
    }

    private ChannelIOException refused(
        final String expected, final String found, final String advice) {
        return new ChannelIOException(path, "cannot create the channel " + path + ": expected "
            + expected + ", found " + found + "; " + advice, null);
    }

    /** For its user, and the group if that is wanted, whatever the umask of this process. */
    private FileHandle create(final Path file) throws IOException {
        final int permissions = options.groupAccess() ? GROUP_FILE : Temporary.PRIVATE;
        final FileHandle handle = calls.create(file, permissions);
        boolean done = false;
        try {
            handle.changePermissions(permissions);
            done = true;
            return handle;
        } finally {
            if (!done) {
                handle.close();
            }
        }
    }

    /** False if the new directory was lost to somebody who took it for a leftover. */
    private boolean createIn(final Path parent) throws IOException {
        final Path temporary = Leftovers.newName(parent);
        final int permissions = options.groupAccess() ? GROUP_DIRECTORY : PRIVATE_DIRECTORY;
        try {
            calls.makeDirectory(temporary, permissions);
        } catch (final FileAlreadyExistsException taken) {
            return false;
        }
        final Path lockPath = ChannelDirectory.lockFile(temporary, platform.scheme());
        boolean moved = false;
        try {
            // Whatever the umask has taken away. A directory that hands its group down has done so to this one, and
            // the files are to be of the same.
            final int handedDown = calls.requireStatus(temporary, false).permissions() & SET_GROUP;
            calls.changePermissions(temporary, permissions | handedDown);
            final int self = owner(parent, temporary);
            create(lockPath).close();
            // Until the channel is in its place, or it would look like a dead creator's.
            try (LockFile lock = platform.openLockFile(lockPath)) {
                if (!lock.tryLockShared(MembersFormat.PRESENCE_BYTE) || !lock.isSameFile(lockPath)) {
                    return false;
                }
                removeLeftovers(parent, temporary, self);
                fill(temporary);
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
                deleteMade(temporary, lockPath);
            }
        }
    }

    /** What cannot be removed is a left-over, and not what is to be said: why there is no channel is. */
    private void deleteMade(final Path temporary, final Path lockPath) {
        try {
            deleteTree(temporary, lockPath);
        } catch (final IOException e) {
            notRemoved(temporary, e);
        }
    }

    private static void notRemoved(final Path leftover, final IOException refusal) {
        LoggerFactory.getLogger(ChannelCreation.class).debug(
            "cannot remove the left-over {}: {}", leftover, Reason.of(refusal));
    }

    private void fill(final Path directory) throws IOException {
        // The lock first, or what a loss of power leaves of the other files would not be recognised.
        calls.syncDirectory(directory);
        final long channelId = SystemRandom.nextLong();
        final boolean ring = options.kind() == ChannelOptions.Kind.RING;
        final long segmentBytes = options.segmentBytes();
        final int segments = segments();

        writeMembers(directory, channelId);
        writeCursors(directory, channelId);
        for (int i = 0; i < segments; i++) {
            final long place = ring ? i : options.startPosition();
            writeSegment(directory.resolve(SegmentFormat.name(place)), channelId, segmentBytes, place);
        }
        writeControl(directory, channelId);
        calls.syncDirectory(directory);
    }

    /** Writes what in channels of one scheme is the lock file already, and open for it. */
    private void writeMembers(final Path directory, final long channelId) throws IOException {
        final Path file = directory.resolve(MembersFormat.FILE_NAME);
        final ByteBuffer page = FileHeader.seal(
            FileHeader.page(FileKind.MEMBERS, channelId, MembersFormat.FILE_BYTES));
        if (file.equals(ChannelDirectory.lockFile(directory, platform.scheme()))) {
            try (FileHandle handle = calls.open(file, true)) {
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
        final Path file, final long channelId, final long segmentBytes, final long place)
        throws IOException {
        try (FileHandle handle = create(file)) {
            SegmentFiles.write(handle, channelId, segmentBytes, place);
        }
    }

    private void writeControl(final Path directory, final long channelId) throws IOException {
        final boolean ring = options.kind() == ChannelOptions.Kind.RING;
        final long start = options.startPosition();
        final long ready = start + options.segmentBytes() * segments();
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
        try (FileHandle handle = create(file)) {
            if (platform.canSync()) {
                Life.of(file, calls, platform.bootId()).write(words);
            }
            handle.allocate(ControlFormat.FILE_BYTES);
            writeAll(handle, words);
        }
    }

    /**
     * Whether this creator's directory is the channel now; false if another was first. That one may be removed at any
     * moment, and the next may come: then the place is looked at once more.
     */
    private boolean moveIntoPlace(final Path temporary) throws IOException {
        for (int attempts = 1; !directory.exists(); attempts++) {
            final Optional<FileStatus> place = calls.status(path, false);
            try {
                // Replaces nothing but an empty directory.
                calls.rename(temporary, path);
                return true;
            } catch (final IOException e) {
                if (directory.exists()) {
                    return false;
                }
                final Optional<FileStatus> still = calls.status(path, false);
                if (place.isPresent() && still.isPresent() && still.get().isSameFile(place.get())) {
                    throw isEmptyDirectory() ? notReplaced(e) : noChannel(still.get(), e);
                }
                // The JDK does not tell that something is in the way from other errors.
                if (attempts == ATTEMPTS_MAX || !(e instanceof FileAlreadyExistsException
                    || platform.scheme() == LivenessScheme.PORTABLE)) {
                    throw e;
                }
            }
        }
        return false;
    }

    private boolean isEmptyDirectory() {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(path)) {
            return !names.iterator().hasNext();
        } catch (final IOException | DirectoryIteratorException unreadable) {
            return false;
        }
    }

    private ChannelIOException notReplaced(final IOException cause) {
        return new ChannelIOException(path, "cannot create the channel " + path + ": expected nothing, or an empty"
            + " directory that can be replaced, found one that cannot: " + Reason.of(cause)
            + "; at a mount point use a directory below it", cause);
    }

    private ChannelDamagedException noChannel(final FileStatus place, final IOException cause) {
        return new ChannelDamagedException(path,
            path + ": expected a channel, or nothing or an empty directory to make one, found "
                + (place.isDirectory() ? "a directory with other files and no " + ControlFormat.FILE_NAME
                    : "something that is not a directory")
                + "; use another path or move it away", cause);
    }

    /**
     * Removes what creators of channels that are dead have left beside this one. What is another user's stays:
     * it could become a link to something else between two steps of this.
     */
    private void removeLeftovers(final Path parent, final Path temporary, final int self) {
        Leftovers.forEach(parent, new Consumer<>() {
            @Override
            public void accept(final Path leftover) {
                if (!leftover.equals(temporary)) {
                    removeIfOwn(leftover, self);
                }
            }
        });
    }

    private void removeIfOwn(final Path leftover, final int self) {
        try {
            final Optional<FileStatus> status = calls.status(leftover, false);
            if (status.isPresent() && status.get().isDirectory() && status.get().user() == self) {
                removeIfDead(leftover, platform.scheme() != LivenessScheme.PORTABLE && isPortable(leftover)
                    ? Platform.portable() : platform);
            }
        } catch (final IOException e) {
            // It was renamed or removed meanwhile.
            notRemoved(leftover, e);
        }
    }

    /** Whether its maker proves by portable locks that it lives: theirs is the first file there, and the last. */
    private boolean isPortable(final Path leftover) throws IOException {
        return calls.status(ChannelDirectory.lockFile(leftover, LivenessScheme.PORTABLE), false).isPresent();
    }

    private void removeIfDead(final Path leftover, final Platform asked) throws IOException {
        final Path lockPath = ChannelDirectory.lockFile(leftover, asked.scheme());
        try (LockFile lock = asked.openLockFile(lockPath)) {
            if (asked.scheme() != LivenessScheme.PORTABLE && isPortable(leftover)) {
                // Its maker has come as far as this since the first look; it is the next one's to judge.
                return;
            }
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
        try (FileHandle handle = create(file)) {
            handle.allocate(bytes);
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
     * Deletes a directory with its files; somebody else may be doing the same. The lock file goes last, on the disk
     * too: without it, what is left by who dies in here would not be recognised.
     */
    private void deleteTree(final Path directory, final Path lockPath) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
            directory, entry -> !entry.getFileName().equals(lockPath.getFileName()))) {
            for (final Path entry : entries) {
                Files.deleteIfExists(entry);
            }
            calls.syncDirectory(directory);
            Files.deleteIfExists(lockPath);
            Files.deleteIfExists(directory);
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        } catch (final NoSuchFileException e) {
            // It has done so.
        }
    }
}
