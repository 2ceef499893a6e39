package org.fencepost.ipc.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.os.Platform;

/** A channel in memory that is gone when this JVM ends; every handle maps it once more. */
final class Shared {
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    private final Path directory;
    private final Channel first;

    Shared(final ChannelOptions options) {
        try {
            directory = Files.isWritable(IN_MEMORY)
                ? Files.createTempDirectory(IN_MEMORY, "fencepost-stress-")
                : Files.createTempDirectory("fencepost-stress-");
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
        first = Channel.open(directory.resolve("channel"), options);
    }

    /** The handle that made the channel. */
    Channel first() {
        return first;
    }

    /** Another handle, with mappings of its own. */
    Channel another() {
        return Channel.join(directory.resolve("channel"));
    }

    /** The same on another platform. */
    Channel another(final Platform platform) {
        return ChannelDoor.join(directory.resolve("channel"), platform);
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
