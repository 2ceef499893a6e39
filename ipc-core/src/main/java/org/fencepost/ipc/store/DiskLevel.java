package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.os.Platform;

/** Whether what is synced in a place survives the loss of power. */
public final class DiskLevel {
    /** File systems that have no disk, as the system calls them. */
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs");

    private DiskLevel() {
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
            if (IN_MEMORY.contains(type)) {
                throw new ChannelMismatchException(place,
                    place + " cannot be made durable: expected a file system on a disk, found "
                        + type + ", which is gone when the machine stops; use another directory,"
                        + " or the process level only");
            }
        } catch (final IOException e) {
            throw new ChannelIOException(place,
                "cannot find out what file system " + place + " is on: "
                    + ChannelDirectory.reason(e), e);
        }
    }
}
