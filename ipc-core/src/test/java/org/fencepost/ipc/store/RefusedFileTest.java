package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a file that is not there, or of another version. */
class RefusedFileTest {
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
            + " channel", message(ChannelDamagedException.class));
        assertEquals(message(ChannelDamagedException.class),
            assertThrows(ChannelDamagedException.class, () -> Channel.join(path)).getMessage());
    }

    @Test
    void shouldSayThatTheChannelWasRemovedWhenItsControlFileIsMissingToo() throws IOException {
        Files.delete(path.resolve("control"));
        assertEquals(cursors + ": expected a regular file, found nothing; the channel was removed or replaced"
            + " meanwhile, try again", message(ChannelIOException.class));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1})
    void shouldRefuseAnotherVersionBeforeAnythingElseIsJudged(final int version) throws IOException {
        final Path control = path.resolve("control");
        final ByteBuffer words = ByteBuffer.wrap(Files.readAllBytes(control)).order(ByteOrder.LITTLE_ENDIAN);
        words.putInt(FileHeader.VERSION_OFFSET, version);
        Files.write(control, FileHeader.seal(words).array());
        final List<Executable> calls = List.of(
            () -> Channel.open(path, ChannelOptions.journal(8192)), () -> Channel.join(path), () -> Channel.view(path),
            () -> Channels.examine(path), () -> Channels.repair(path));
        for (final Executable call : calls) {
            assertEquals(control + ": wrong format version: expected 1, found " + version + ", use the version of the"
                + " library that made it; nothing was changed",
                assertThrows(ChannelDamagedException.class, call).getMessage());
        }
        assertArrayEquals(words.array(), Files.readAllBytes(control));
    }

    @Test
    void shouldSayWhoGivesTheRightToReadWhenItIsMissing() {
        final Platform platform = new PlatformWithCalls(calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                throw new AccessDeniedException(arguments[0].toString());
            }));
        assertEquals("cannot look for a channel at " + path + ": " + path.resolve("control")
            + ": permission denied; the user that it belongs to can give the right to read it, by chmod of the directory"
            + " and its files",
            assertThrows(ChannelIOException.class, new ChannelDirectory(path, platform)::exists).getMessage());
    }

    @Test
    void shouldPointToViewsForNothingButWhatMayNotBeWritten() throws IOException {
        final Path portable = directory.resolve("portable");
        final Platform platform = Platform.portable();
        final ChannelDirectory channel = new ChannelDirectory(portable, platform);
        channel.create(ChannelOptions.journal(4096));
        final Path locks = portable.resolve(MembersFormat.PORTABLE_LOCK_FILE_NAME);
        Files.delete(locks);
        assertEquals(locks + ": expected a regular file, found nothing; restore it, unless somebody is removing the"
            + " channel", refusal(channel, platform));
        Files.createDirectory(locks);
        final String message = refusal(channel, platform);
        assertTrue(message.contains(locks.toString()) && !message.contains("view"), message);
        Files.delete(locks);
        Files.createSymbolicLink(locks, directory.resolve("nothing"));
        final String ofLink = refusal(channel, platform);
        assertTrue(ofLink.contains("found a symbolic link") && !ofLink.contains("view"), ofLink);
    }

    private static String refusal(final ChannelDirectory channel, final Platform platform) {
        return assertThrows(ChannelException.class,
            () -> MappedChannel.open(channel, platform, System::nanoTime).close()).getMessage();
    }

    private String message(final Class<? extends ChannelException> type) {
        return assertThrows(type, () -> Headers.read(cursors, FileKind.CURSORS)).getMessage();
    }
}
