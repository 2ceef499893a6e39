package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What an exception means, without the name of its class. */
class ReasonTest {
    @TempDir
    Path directory;

    @Test
    void shouldSayWhatTheClassMeansWhenTheExceptionGivesNoReason() throws IOException {
        final Path none = directory.resolve("none");
        final Path file = Files.createFile(directory.resolve("file"));
        assertReason(none, "there is no such file or directory", () -> Files.size(none));
        assertReason(file, "it is no directory", () -> Files.newDirectoryStream(file).close());
        assertReason(file, "it is there already", () -> Files.createFile(file));
        assertReason(directory, "the directory is not empty", () -> Files.delete(directory));
        assertReason(file, "permission denied", () -> {
            throw new AccessDeniedException(file.toString());
        });
        assertReason(file, "links lead in a circle", () -> {
            throw new FileSystemLoopException(file.toString());
        });
        assertReason(file, "the system refused it", () -> {
            throw new FileSystemException(file.toString());
        });
    }

    @Test
    void shouldSayTheReasonThatIsGiven() throws IOException {
        final Path file = Files.createFile(directory.resolve("file"));
        assertReason(file.resolve("below"), "Not a directory", () -> Files.newInputStream(file.resolve("below")));
        assertReason(file, Errno.describe(Errno.EIO), () -> {
            throw new FileSystemException(file.toString(), null, Errno.describe(Errno.EIO));
        });
        assertEquals("Is a directory", Reason.of(new IOException("Is a directory"), file));
        assertEquals("EOFException", Reason.of(new EOFException()));
        assertEquals("a character that cannot be encoded or decoded: Input length = 1",
            Reason.of(new MalformedInputException(1)));
    }

    @Test
    void shouldNameBothFilesWhenThereAreTwo() {
        final Path from = directory.resolve("from");
        assertEquals(from + " -> to: it is there already",
            Reason.of(new FileAlreadyExistsException(from.toString(), "to", null), from));
    }

    private static void assertReason(final Path file, final String reason, final Executable call) {
        final IOException failure = assertThrows(IOException.class, call);
        assertEquals(reason, Reason.of(failure, file));
        assertEquals(file + ": " + reason, Reason.of(failure, Path.of("another")));
        assertEquals(file + ": " + reason, Reason.of(failure));
    }
}
