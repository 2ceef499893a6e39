package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.store.ChannelDirectory;

/** The directory of a channel, seen from outside. */
final class ChannelFiles {
    private final Path path;

    ChannelFiles(final Path path) {
        this.path = ChannelDirectory.absolute(path);
    }

    /**
     * Opens a channel for reading only.
     *
     * @throws CommandFailedException if there is none, or this user may not look into it.
     */
    static Channel view(final Path path) {
        requireThere(path);
        return Channel.view(path);
    }

    /**
     * Joins a channel.
     *
     * @throws CommandFailedException if there is none, or this user may not look into it.
     */
    static Channel join(final Path path) {
        requireThere(path);
        return Channel.join(path);
    }

    private static void requireThere(final Path path) {
        requireOpenTo(path);
        if (!Files.exists(path.resolve(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS)) {
            throw noChannel(path);
        }
    }

    /** Of a channel, or something in it, that was there when this command looked first. */
    static ChannelIOException removedMeanwhile(final Path path, final Throwable cause) {
        return new ChannelIOException(path, path + " has been removed meanwhile: expected it where this command has"
            + " found it, found nothing; ipc ls lists the channels that are there", cause);
    }

    private static CommandFailedException noChannel(final Path path) {
        return new CommandFailedException("no channel at " + path + ": expected a directory with a"
            + " file " + ControlFormat.FILE_NAME + "; ipc ls lists the channels of a directory, ipc"
            + " create makes one");
    }

    /**
     * Publishers and subscribers that are alive, by the kernel's locks; not those who only read.
     *
     * @throws ChannelException if it cannot be opened.
     */
    static List<String> users(final Path path) {
        try (Channel channel = view(path)) {
            final ChannelStatus status = channel.status();
            return Stream.concat(
                status.publishers().stream().filter(PublisherStatus::live),
                status.subscribers().stream().filter(SubscriberStatus::live))
                .map(Object::toString).toList();
        }
    }

    /** Whoever may not look into a directory does not see that it is a channel. */
    static void requireOpenTo(final Path path) {
        if (isClosed(path)) {
            throw new CommandFailedException("cannot look into " + path + ": permission denied; ask"
                + " its owner for the right to search it (chmod g+x)");
        }
    }

    /** Not what is removed between two of these looks; but what nobody can know to be there. */
    private static boolean isClosed(final Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).isDirectory()
                && !Files.isExecutable(path) && Files.exists(path);
        } catch (final AccessDeniedException above) {
            return true;
        } catch (final IOException notThere) {
            return false;
        }
    }

    /** Whether nothing is there any more that was a channel; not where this user cannot know. */
    static boolean isGone(final Path path) {
        return Files.notExists(path.resolve(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether it has the file that makes it a channel. */
    boolean exist() {
        return Files.isRegularFile(path.resolve(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * What tells this channel from another one that has its name later.
     *
     * @throws CommandFailedException if there is none.
     */
    Identity identity() {
        return new Identity(key().orElseThrow(() -> noChannel(path)));
    }

    /** A channel, as the file system knows it. */
    final class Identity {
        private final Object key;

        private Identity(final Object key) {
            this.key = key;
        }

        /** Whether the channel still has its name. */
        boolean isThere() {
            return key().equals(Optional.of(key));
        }

        /** Throws if it has not, for who waits for what comes. */
        void requireThere(final Path typed) {
            if (!isThere()) {
                throw new CommandFailedException(typed + " has been removed, and nothing comes any more");
            }
        }
    }

    private Optional<Object> key() {
        try {
            return Optional.of(Files.readAttributes(path.resolve(ControlFormat.FILE_NAME),
                BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
        } catch (final NoSuchFileException gone) {
            return Optional.empty();
        } catch (final IOException refusal) {
            throw new ChannelIOException(path, "cannot look at " + path + ": " + Reason.of(refusal, path), refusal);
        }
    }

    /** Its files that hold messages. */
    int segmentCount() {
        return (int) list().stream().filter(file ->
            file.getFileName().toString().startsWith(SegmentFormat.NAME_PREFIX)).count();
    }

    /** Bytes of all its files together, by their lengths. */
    long sizeBytes() {
        return list().stream().mapToLong(ChannelFiles::length).sum();
    }

    /** Of a file whose name may be no text; 0 if it is gone. */
    private static long length(final Path file) {
        try {
            return Files.size(file);
        } catch (final NoSuchFileException gone) {
            return 0;
        } catch (final IOException refusal) {
            throw new ChannelIOException(file, "cannot look at " + file + ": " + Reason.of(refusal, file), refusal);
        }
    }

    /** What makers and removers of channels that were killed have left below a directory, or such as are at work. */
    static List<Path> leftBelow(final Path directory) {
        final List<Path> left = new ArrayList<>();
        Leftovers.forEach(directory, entry -> {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                left.add(entry);
            }
        });
        return left;
    }

    /** How many directories below a directory this user may not look into. */
    static long closedBelow(final Path directory) {
        return new ChannelFiles(directory).list().stream().filter(entry -> isClosed(entry)
            && !entry.getFileName().toString().startsWith(".")).count();
    }

    private List<Path> list() {
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        } catch (final NoSuchFileException gone) {
            throw removedMeanwhile(path, gone);
        } catch (final IOException refusal) {
            throw new ChannelIOException(path, "cannot list " + path + ": " + Reason.of(refusal, path)
                + ChannelDirectory.whoGivesTheRight(refusal), refusal);
        }
    }
}
