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
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;

/** The channels of a directory. */
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
        return MappedChannel.examine(directory(channel), Platform.detect());
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
        return MappedChannel.repair(directory(channel), Platform.detect());
    }

    private static ChannelDirectory directory(final Path channel) {
        final ChannelDirectory directory = new ChannelDirectory(channel, Platform.detect());
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
        } catch (final IOException | DirectoryIteratorException e) {
            throw new ChannelIOException(directory, "cannot list the channels below " + directory
                + ": " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
        }
        Collections.sort(channels);
        return channels;
    }
}
