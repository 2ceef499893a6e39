package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.RetryingFileCalls;

/**
 * Removes a channel: its directory gets a temporary name, and then its files go. So it is there whole or not at all,
 * as when it was made; what is left by who dies in here is what a creator that died leaves, and goes with the next
 * creation beside it. File by file in its place there would be moments at which it is a channel that has lost
 * something: without its control file a directory in which no channel can be made, without a segment or its members
 * a damaged one. Used once, by one thread.
 */
final class ChannelRemoval {
    /** What {@code docs/format.md} lists. */
    private static final Pattern OWN_NAME = Pattern.compile("control|cursors|members|members\\.lock"
        + "|(cut-[0-9]+-)?segment-[0-9a-f]{16}|\\.cutting|\\.fencepost-.*\\.tmp");

    private final ChannelDirectory directory;
    private final Path path;
    private final Platform platform;
    private final FileCalls calls;

    ChannelRemoval(final ChannelDirectory directory, final Platform platform) {
        this.directory = directory;
        this.path = directory.path();
        this.platform = platform;
        this.calls = new RetryingFileCalls(platform.files());
    }

    /**
     * Removes it, unless somebody has it open, or opens, recovers, repairs or removes it: false then. Whoever comes
     * meanwhile waits for the opening byte, and finds then that what it has opened has not its name any more.
     */
    boolean ifUnused() {
        directory.requireOneOwner();
        final Geometry geometry = directory.readGeometry();
        final Path lockPath = ChannelDirectory.lockFile(path, platform.scheme());
        requireMembers(geometry.channelId());
        try (LockFile locks = platform.openLockFile(lockPath)) {
            if (!locks.tryLock(MembersFormat.OPENING_BYTE) || !locks.tryLock(MembersFormat.PRESENCE_BYTE)) {
                return false;
            }
            if (!locks.isSameFile(lockPath)) {
                throw directory.replaced(null);
            }
            remove(new NamedCalls(calls, new ChannelName(path, locks, lockPath)));
            return true;
        } catch (final NoSuchFileException gone) {
            throw directory.missing(gone);
        } catch (final IOException e) {
            throw refused(e);
        }
    }

    /** As far as it decides that nobody is there. */
    private void requireMembers(final long channelId) {
        try {
            Headers.read(directory.members(), FileKind.MEMBERS, channelId);
        } catch (final ChannelDamagedException e) {
            throw directory.unlessReplaced(channelId, e);
        }
    }

    /** Removes it whoever has it open, and whatever is in its files. */
    void always() {
        remove(calls);
    }

    private void remove(final FileCalls renaming) {
        final Path doomed = Leftovers.newName(path.getParent());
        try {
            requireNoLink();
            requireNothingElse();
            renaming.rename(path, doomed);
        } catch (final NoSuchFileException gone) {
            throw directory.missing(gone);
        } catch (final IOException e) {
            throw refused(e);
        }
        try {
            // Before the first file goes, or the channel could be there without it behind a loss of power.
            calls.syncDirectory(path.getParent());
            removeFiles(doomed);
        } catch (final IOException e) {
            throw new ChannelIOException(path, "cannot remove all files of the channel " + path + ": "
                + Reason.of(e) + "; it is not there any more, and what is left of it is in " + doomed
                + ", where the next creation beside it removes it", e);
        }
    }

    private ChannelIOException refused(final IOException e) {
        return new ChannelIOException(path, "cannot remove the channel " + path + ": " + Reason.of(e)
            + "; nothing was changed, and it takes the right to write to its files and to rename it", e);
    }

    /** A link would get the other name, and the channel keep its own. */
    private void requireNoLink() throws IOException {
        if (calls.requireStatus(path, false).isSymbolicLink()) {
            throw new ChannelIOException(path, path + " is not removed: expected a directory, found a symbolic link;"
                + " the channel is " + path.toRealPath() + ", name that");
        }
    }

    private void requireNothingElse() throws IOException {
        for (final Path file : files(path)) {
            if (!isOwn(file)) {
                throw new ChannelIOException(path, path + " is not removed: expected nothing but the files of a"
                    + " channel, found " + file + "; move it away");
            }
        }
    }

    /** What has come since the look stays. The lock by which what is left is recognised goes last, on the disk too. */
    private void removeFiles(final Path doomed) throws IOException {
        final List<Path> files = files(doomed).stream().filter(ChannelRemoval::isOwn).toList();
        delete(files.stream().filter(file -> !isOfMembers(file)).toList());
        calls.syncDirectory(doomed);
        delete(files.stream().filter(ChannelRemoval::isOfMembers).toList());
        Files.deleteIfExists(doomed);
    }

    private static void delete(final List<Path> files) throws IOException {
        for (final Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private static boolean isOwn(final Path file) {
        return OWN_NAME.matcher(file.getFileName().toString()).matches();
    }

    private static boolean isOfMembers(final Path file) {
        return file.getFileName().toString().startsWith(MembersFormat.FILE_NAME);
    }

    /** In the order of their names. */
    private static List<Path> files(final Path directory) throws IOException {
        final List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(files::add);
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        }
        files.sort(null);
        return files;
    }
}
