package org.fencepost.ipc.tests.support;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary directories in memory where the system has such a place, where rings belong. */
public final class SharedMemoryDirectory implements TempDirFactory {
    private static final Path IN_MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "fencepost-test-";

    @Override
    public Path createTempDirectory(
        final AnnotatedElementContext element, final ExtensionContext context) throws Exception {
        return Files.isWritable(IN_MEMORY)
            ? Files.createTempDirectory(IN_MEMORY, PREFIX)
            : Files.createTempDirectory(PREFIX);
    }
}
