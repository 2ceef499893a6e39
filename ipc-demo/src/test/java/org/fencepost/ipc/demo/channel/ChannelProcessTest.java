package org.fencepost.ipc.demo.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    private static final int TEXT_BYTES = 4 << 20;
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
    void shouldKeepEveryLineWhenTwoPublishAndOthersRead() throws Exception {
        writeText("text");
        assertEquals("0 same\n", shell.run("$ipc create journal --segment 1m > created && "
            + "{ $ipc publish --type 1 journal text & $ipc publish --type 2 journal text & "
            + "$ipc verify journal > verified && $ipc export journal > early && wait; } && "
            + "$ipc export journal > exported && cmp -n $(stat -c %s early) early exported && "
            + "for type in 1 2; do grep '\"type\":'$type, exported | "
            + "sed 's/\"\\(position\\|type\\|publisher\\|time\\)\":[^,]*,//g' > $type; done && "
            + "cmp 1 2 && [[ $(wc -l < 1) == $(wc -l < text) ]] && echo same"));
    }

    @Test
    void shouldGoOnWithWhatIsWholeWhenAPublisherIsKilled() throws Exception {
        final String outcome = shell.run("mkfifo in; "
            + "$ipc publish --rate 50000 --create --segment 1m journal < in & publisher=$!; "
            + "seq 1 1000000000 > in & "
            + "until [[ -s journal/segment-0000000000100000 ]]; do sleep 0.01; done; "
            + "kill -9 $publisher; wait; "
            + "$ipc verify journal && echo last | $ipc publish journal && "
            + "$ipc tail journal > all && "
            + "{ seq 1 $(($(wc -l < all) - 1)); echo last; } | cmp - all && echo same");
        assertTrue(outcome.startsWith("0 "), outcome);
        assertTrue(outcome.contains("journal: journal, "), outcome);
        assertTrue(outcome.endsWith("checksums verified\nsame\n"), outcome);
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsOn() throws Exception {
        writeText("text");
        final String line;
        try (var lines = Files.lines(directory.resolve("text"))) {
            line = lines.findFirst().orElseThrow();
        }
        assertEquals("0 " + line + "\n0 0\n",
            shell.run("$ipc publish ring --create --ring 64m text && "
                + "$ipc tail --follow ring | head -1; echo ${PIPESTATUS[@]}"));
    }
}
