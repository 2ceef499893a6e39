package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What a first page says that is not so: each by itself, under a checksum that is right. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HeadersTest {
    private static final long CHANNEL_ID = 0x1122334455667788L;
    private static final int FILE_BYTES = 3 * FileHeader.PAGE_BYTES;

    @TempDir
    Path directory;

    private final ByteBuffer page = FileHeader.page(FileKind.CURSORS, CHANNEL_ID, FILE_BYTES);

    private Path written(final int bytes) throws IOException {
        return Files.write(
            directory.resolve("file"), Arrays.copyOf(FileHeader.seal(page).array(), bytes));
    }

    private static void assertRefused(final Path file, final String reason) {
        final String message = assertThrows(ChannelDamagedException.class,
            () -> Headers.read(file, FileKind.CURSORS, CHANNEL_ID)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(reason), message);
    }

    @Test
    void shouldReadAFileOfItsSizeAndALongerOne() throws IOException {
        for (final int bytes : new int[] {FILE_BYTES, FILE_BYTES + 1}) {
            assertEquals(page.rewind(),
                Headers.read(written(bytes), FileKind.CURSORS, CHANNEL_ID).rewind());
        }
    }

    @Test
    void shouldSayThatAFileIsTooShort() throws IOException {
        assertRefused(written(FILE_BYTES - 1),
            "expected " + FILE_BYTES + " bytes, found " + (FILE_BYTES - 1) + " bytes");
        assertRefused(written(FileHeader.PAGE_BYTES - 1), "expected at least 4096 bytes, found 4095 bytes");
        assertRefused(written(0), "expected at least 4096 bytes, found 0 bytes");
        page.putInt(FileHeader.SIZE_OFFSET, 0x80000000);
        assertRefused(written(FILE_BYTES), "expected 8796093022208 bytes, found " + FILE_BYTES + " bytes");
    }

    @Test
    void shouldSayThatAFileIsNoneOfFencepost() throws IOException {
        page.putLong(FileHeader.MAGIC_OFFSET, FileHeader.MAGIC + 1);
        assertRefused(written(FILE_BYTES), "wrong magic: expected 0x54534f50434e4546, found 0x54534f50434e4547");
    }

    @Test
    void shouldRefuseAnotherVersion() throws IOException {
        page.putInt(FileHeader.VERSION_OFFSET, FileHeader.VERSION + 1);
        assertRefused(written(FILE_BYTES), "wrong format version: expected 1, found 2");
    }

    @Test
    void shouldRefuseAnotherKindOfFile() throws IOException {
        page.putInt(FileHeader.KIND_OFFSET, FileKind.MEMBERS.code());
        assertRefused(written(FILE_BYTES), "wrong kind of file: expected 2 (CURSORS), found 3");
    }

    @Test
    void shouldRefuseAFileOfAnotherChannel() throws IOException {
        page.putLong(FileHeader.CHANNEL_ID_OFFSET, CHANNEL_ID + 1);
        assertRefused(written(FILE_BYTES), "wrong channel id: expected 0x1122334455667788, found 0x1122334455667789");
    }

    @Test
    void shouldRefuseAPageThatItsChecksumIsNotOf() throws IOException {
        final Path file = written(FILE_BYTES);
        final byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(FileHeader.CHECKSUM_OFFSET, 0x80000001);
        assertRefused(Files.write(file, bytes), "wrong header checksum: expected 0x"
            + Integer.toHexString(FileHeader.checksum(page)) + ", found 0x80000001;");
        bytes[FileHeader.IDENTITY_BYTES - 1] ^= 1;
        assertRefused(Files.write(file, bytes), "wrong header checksum");
    }

    @Test
    void shouldSayWhatIsThereInsteadOfAFile() throws Exception {
        assertRefused(directory, "expected a regular file, found a directory");
        Files.createFile(directory.resolve(ControlFormat.FILE_NAME));
        assertRefused(directory.resolve("none"), "expected a regular file, found nothing");
        final Path link = Files.createSymbolicLink(directory.resolve("link"), written(FILE_BYTES));
        assertRefused(link, "expected a regular file, found a symbolic link");
        final Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertRefused(pipe, "expected a regular file, found something else");
    }
}
