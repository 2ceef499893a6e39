package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Named;

/** The platforms that the tests of this package run on, and what they look for on disk. */
final class Places {
    private Places() {
    }

    /** The detected platform and the portable one, which may be the same. */
    static Stream<Named<Surroundings>> all() {
        return Stream.of(Platform.detect(), Platform.portable()).distinct()
            .map(platform -> Named.of(
                platform.name(), Surroundings.of(platform, platform.files())));
    }

    /** Temporary files below a directory. */
    static List<Path> temporaries(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file ->
                file.getFileName().toString().startsWith(Leftovers.PREFIX)).toList();
        }
    }
}
