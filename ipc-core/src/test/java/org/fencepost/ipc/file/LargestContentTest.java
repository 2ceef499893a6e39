package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.os.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More content than a guarded file can have. */
class LargestContentTest {
    @TempDir
    Path directory;

    /** The main class of a process that makes a guarded change with a byte too many. */
    static final class Replacing {
        private Replacing() {
        }

        public static void main(final String[] arguments) {
            final byte[] content = new byte[GuardedFile.BYTES_MAX + 1];
            try {
                System.out.println(GuardedFile.of(Path.of(arguments[0])).replace(content));
            } catch (final FileFailedException failure) {
                System.out.println(failure.content() + ": " + failure.getMessage());
            }
        }
    }

    @Test
    void shouldRefuseAndStayChangeableWhenContentIsTooLarge() throws Exception {
        final Path path = Files.writeString(directory.resolve("config"), "old");
        try (ChildJvm child = ChildJvm.start(List.of(
            "--enable-native-access=ALL-UNNAMED", "-Xmx3g"), Replacing.class, path)) {
            final String said = child.line();
            assertTrue(said.startsWith("OLD: ")
                && said.contains("found " + (GuardedFile.BYTES_MAX + 1)), said);
            assertEquals("", child.rest());
        }
        assertEquals("old", Files.readString(path));
        assertTrue(GuardedFile.of(path).replace("new".getBytes()).isDone());
    }
}
