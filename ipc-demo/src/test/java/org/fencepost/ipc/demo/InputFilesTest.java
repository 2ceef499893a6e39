package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
    @TempDir
    private Path directory;

    @Test
    void shouldFindTextFilesInOrderWhenInputIsDirectory() throws IOException {
        final Path b = file("b", "text".getBytes());
        final Path deep = file("a/deep/er", "text".getBytes());
        final Path empty = file("empty", new byte[0]);
        assertEquals(new InputFiles(List.of(deep, b, empty), 0, 0), InputFiles.find(directory));
    }

    @Test
    void shouldSkipGitAndTargetAtAnyDepth() throws IOException {
        file(".git/config", "text".getBytes());
        file("module/target/list", "text".getBytes());
        final Path kept = file("module/targets", "text".getBytes());
        assertEquals(List.of(kept), InputFiles.find(directory).files());
    }

    @Test
    void shouldReadBelowTargetWhenThatIsTheInput() throws IOException {
        final Path wanted = file("target/list", "text".getBytes());
        assertEquals(List.of(wanted), InputFiles.find(directory.resolve("target")).files());
    }

    @Test
    void shouldLeaveOutFilesWhenNulIsInProbe() throws IOException {
        final byte[] late = new byte[InputFiles.PROBE_BYTES + 1];
        Arrays.fill(late, (byte) 'x');
        late[InputFiles.PROBE_BYTES] = 0;
        final Path text = file("late", late);
        final byte[] last = late.clone();
        last[InputFiles.PROBE_BYTES - 1] = 0;
        file("last", last);
        file("first", new byte[] {0});
        assertEquals(new InputFiles(List.of(text), 2, 0), InputFiles.find(directory));
    }

    @Test
    void shouldTakeFileWhenInputIsFile() throws IOException {
        final Path file = file("one", "text".getBytes());
        assertEquals(List.of(file), InputFiles.find(file).files());
    }

    @Test
    void shouldNotFollowLinks() throws IOException {
        final Path file = file("sub/one", "text".getBytes());
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        Files.createSymbolicLink(directory.resolve("again"), file);
        assertEquals(List.of(file), InputFiles.find(directory).files());
    }

    private Path file(final String name, final byte[] content) throws IOException {
        final Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }
}
