package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.RetryingFileCalls;

/** Whether what is synced in a place survives the loss of power, and is found there. */
public final class DiskLevel {
    /** File systems that have no disk, as the system calls them. */
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs");

    private DiskLevel() {
    }

    /**
     * Brings the name of a channel to the disk: whoever made it may have died before that.
     *
     * @throws ChannelIOException if that fails; it can be tried again.
     */
    public static void settle(final Path channel, final Platform platform) {
        try {
            settleName(channel, new RetryingFileCalls(platform.files()));
        } catch (final IOException e) {
            throw new ChannelIOException(channel, "cannot bring the name of " + channel
                + " to the disk: " + Reason.of(e) + "; reading and publishing go on, and"
                + " it is tried again with the next wait for the disk", e);
        }
    }

    /** The same for any directory. Who may not read the one above cannot do that, nor has made this one. */
    static void settleName(final Path directory, final FileCalls calls) throws IOException {
        final Path above = directory.getParent();
        if (above == null) {
            return;
        }
        try {
            calls.syncDirectory(above);
        } catch (final AccessDeniedException notOurs) {
            return;
        }
    }

    /** Whether a file system of this type, as the system calls it, has no disk. */
    public static boolean isInMemory(final String type) {
        return IN_MEMORY.contains(type);
    }

    /**
     * Refuses a place where a sync would report what is not true.
     *
     * @param place    the channel's directory, or one that exists above it.
     * @throws ChannelMismatchException if nothing becomes durable there.
     */
    public static void require(final Path place, final Platform platform) {
        if (!platform.canSync()) {
            throw new ChannelMismatchException(place,
                place + " cannot be made durable: what a sync of mapped memory reaches is known for"
                    + " Linux only, and this is another system; use the process level only");
        }
        try {
            final String type = Files.getFileStore(place).type();
            if (isInMemory(type)) {
                throw new ChannelMismatchException(place,
                    place + " cannot be made durable: expected a file system on a disk, found "
                        + type + ", which is gone when the machine stops; use another directory,"
                        + " or the process level only");
            }
        } catch (final NoSuchFileException gone) {
            throw new ChannelIOException(place, "cannot find out what file system " + place
                + " is on: expected the directory that was there, found none; it was removed or renamed under this"
                + " process; give it its name back, or close this and open what is there now", gone);
        } catch (final IOException e) {
            throw new ChannelIOException(place,
                "cannot find out what file system " + place + " is on: " + Reason.of(e)
                    + "; the system tells it in a file: this process may need more descriptors (ulimit -n)", e);
        }
    }
}
