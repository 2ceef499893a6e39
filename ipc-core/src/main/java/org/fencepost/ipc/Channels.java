package org.fencepost.ipc;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;

/** The channels of a directory: which there are, and what is done to one from outside. */
public final class Channels {
    private Channels() {
    }

    /**
     * Looks what {@link #repair} would do to a journal, and changes nothing. Reads and verifies all of it. It is
     * to be closed everywhere: who publishes meanwhile is taken for damage or not seen.
     *
     * @throws ChannelMismatchException for a ring, which is not recovered.
     * @throws ChannelDamagedException  if it is damaged so that it cannot be repaired.
     * @throws ChannelIOException       if there is none, or the operating system refuses.
     */
    public static RepairReport examine(final Path channel) {
        return MappedChannel.examine(directory(channel, Platform.detect()), Platform.detect());
    }

    /**
     * Makes a damaged journal one that can be read and published to, by giving up what is behind the damage: the
     * log ends at the first frame that is not what was published, in a new {@linkplain Channel#recoveryEpoch()
     * epoch}. What is taken away is kept in the channel's directory, in files whose names begin with {@code cut-}:
     * the rest of the damaged segment, and the later segments as they are. Positions in the control file that
     * contradict each other are made again from the segments. Does what opening it would do, and nothing else, if
     * nothing is damaged. Restoring the files from a copy instead loses nothing.
     *
     * <p>Reads and verifies all of it, and blocks on the disk. If it never returns, the journal is as it was, or
     * whoever opens it goes on.
     *
     * @throws ChannelMismatchException for a ring, while anybody has it open, or if a sync has failed since the
     *                                  system started: a copy of the directory can be repaired then.
     * @throws ChannelDamagedException  if it is damaged so that it cannot be repaired: restore its files.
     * @throws ChannelIOException       if there is none, or the operating system refuses.
     */
    public static RepairReport repair(final Path channel) {
        return MappedChannel.repair(directory(channel, Platform.detect()), Platform.detect());
    }

    /**
     * Removes a channel that nobody has open, with all its messages, its named cursors, and what repairs have kept
     * beside them. The directory goes with its files; where there is anything in it that is not the channel's,
     * nothing is removed.
     *
     * <p>Who opens it at the same moment either has it, and it is not removed, or finds none, or is told that it was
     * removed meanwhile. Who only {@linkplain Channel#view views} it is not asked: it goes on with what it has mapped.
     *
     * <p>It is gone at once when its name is, and durably before the first of its files; then they go, one after the
     * other, which takes its time. If it never returns, because the process was killed or the machine has stopped,
     * the channel is there as it was, or there is none: its files are in a directory beside it then, whose name
     * begins with {@code .fencepost-}, and go when this user creates a channel beside it the next time.
     *
     * @throws ChannelMismatchException while anybody has it open, in any process, this one too: the message says who
     *                                  publishes and subscribes. Or if it was made by a process with native access
     *                                  and this one has none, or the other way round, or one of its files belongs
     *                                  to another user than its directory.
     * @throws ChannelDamagedException  if its control or members file is damaged, so that nobody can be asked who
     *                                  has it open.
     * @throws ChannelIOException       if there is none, or somebody else has removed it at the same moment, or
     *                                  something else is in its directory, or it is named by a symbolic link, or the
     *                                  operating system refuses: it takes the right to write to its members file, and
     *                                  to rename it.
     */
    public static void remove(final Path channel) {
        remove(channel, Platform.detect());
    }

    static void remove(final Path channel, final Platform platform) {
        final ChannelDirectory directory = directory(channel, platform);
        if (!directory.remove()) {
            throw new ChannelMismatchException(directory.path(), directory.path() + " is in use by "
                + users(directory.path(), platform) + ": expected nobody who has it open; let them end, then remove"
                + " it");
        }
    }

    /** Who holds the locks of a channel, as far as its files say. */
    private static String users(final Path channel, final Platform platform) {
        final List<String> users = new ArrayList<>();
        try (Channel view = Channel.view(channel, platform, new WallClock())) {
            final ChannelStatus status = view.status();
            status.publishers().stream().filter(PublisherStatus::live).map(Object::toString).forEach(users::add);
            status.subscribers().stream().filter(SubscriberStatus::live).map(Object::toString).forEach(users::add);
        } catch (final ChannelException unknown) {
            users.clear();
        }
        return users.isEmpty() ? "somebody who neither publishes nor subscribes, or opens, repairs or removes it just"
            + " now (lsof names the processes that have its members open)" : String.join(", ", users);
    }

    private static ChannelDirectory directory(final Path channel, final Platform platform) {
        final ChannelDirectory directory = new ChannelDirectory(channel, platform);
        directory.requireThere();
        return directory;
    }

    /**
     * Paths of the channels directly below a directory, in the order of their names. Whatever has a
     * control file counts, also if that is damaged; nothing is opened.
     *
     * @throws ChannelIOException if the directory cannot be read.
     */
    public static List<Path> list(final Path directory) {
        final List<Path> channels = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (final Path entry : entries) {
                final boolean hidden = entry.getFileName().toString().startsWith(".");
                if (!hidden && Files.isRegularFile(
                    entry.resolve(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS)) {
                    channels.add(entry);
                }
            }
        } catch (final DirectoryIteratorException e) {
            throw notListed(directory, e.getCause());
        } catch (final IOException e) {
            throw notListed(directory, e);
        }
        Collections.sort(channels);
        return channels;
    }

    private static ChannelIOException notListed(final Path directory, final IOException e) {
        return new ChannelIOException(directory, "cannot list the channels below " + directory + ": "
            + Reason.of(e, directory) + ChannelDirectory.whoGivesTheRight(e), e);
    }
}
