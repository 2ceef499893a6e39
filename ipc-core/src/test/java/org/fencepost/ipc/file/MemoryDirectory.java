package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** A directory in memory where there is such a file system: thousands of syncs cost nothing there. */
final class MemoryDirectory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(
        final AnnotatedElementContext element, final ExtensionContext context)
        throws IOException {
        return Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "fencepost-test-")
            : Files.createTempDirectory("fencepost-test-");
    }
}
