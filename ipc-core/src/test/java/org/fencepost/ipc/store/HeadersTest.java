package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a file that is not there. */
class HeadersTest {
    @TempDir
    Path directory;

    private Path path;
    private Path cursors;

    @BeforeEach
    void loseAFile() throws IOException {
        path = directory.resolve("journal");
        cursors = path.resolve("cursors");
        Channel.open(path, ChannelOptions.journal(4096)).close();
        Files.delete(cursors);
    }

    @Test
    void shouldSayThatAFileIsMissingWhenTheChannelIsThere() {
        assertEquals(cursors + ": expected a regular file, found nothing; restore it, unless somebody is removing the"
            + " channel", message());
        assertEquals(message(),
            assertThrows(ChannelDamagedException.class, () -> Channel.join(path)).getMessage());
    }

    @Test
    void shouldSayThatTheChannelWasRemovedWhenItsControlFileIsMissingToo() throws IOException {
        Files.delete(path.resolve("control"));
        assertEquals(cursors + ": expected a regular file, found nothing; the channel was removed or replaced"
            + " meanwhile, try again", message());
    }

    private String message() {
        return assertThrows(
            ChannelDamagedException.class, () -> Headers.read(cursors, FileKind.CURSORS)).getMessage();
    }
}
