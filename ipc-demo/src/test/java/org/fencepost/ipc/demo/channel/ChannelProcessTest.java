package org.fencepost.ipc.demo.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.fencepost.ipc.demo.ToolShell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands in processes of their own, started by the script {@code ipc} from a shell. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelProcessTest {
    private static final int TEXT_BYTES = 8 << 20;
    private static final int LINE_BYTES_MAX = 120;

    @TempDir
    Path directory;

    private ToolShell shell;

    @BeforeEach
    void makeCheckout() throws IOException {
        shell = new ToolShell(directory);
    }

    /** Lines of any characters and lengths. */
    private void writeText(final String name) {
        final Random random = new Random(1);
        final StringBuilder text = new StringBuilder();
        while (text.length() < TEXT_BYTES) {
            random.ints(random.nextInt(LINE_BYTES_MAX), ' ', '~').forEach(text::appendCodePoint);
            text.append('\n');
        }
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (final IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
    }

    @Test
    void shouldGiveTheSameTextWhenAnotherProcessFollowsAJournal() throws Exception {
        writeText("text");
        assertEquals("0 same\n", shell.run("$ipc create journal --segment 1m > /dev/null && "
            + "{ $ipc tail --follow --limit $((2 * $(wc -l < text))) journal | sha256sum > tailed &"
            + " $ipc publish journal text && cat text | $ipc publish journal && wait; } && "
            + "cat text text | sha256sum | cmp - tailed && echo same"));
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsOn() throws Exception {
        writeText("text");
        final String line;
        try (var lines = Files.lines(directory.resolve("text"))) {
            line = lines.findFirst().orElseThrow();
        }
        assertEquals("0 " + line + "\n0 0\n",
            shell.run("$ipc publish ring --create --ring 16m text && "
                + "$ipc tail --follow ring | head -1; echo ${PIPESTATUS[@]}"));
    }
}
