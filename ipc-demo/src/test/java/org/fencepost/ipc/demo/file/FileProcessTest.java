package org.fencepost.ipc.demo.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.demo.ToolShell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands in processes of their own, started by the script {@code ipc} from a shell. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileProcessTest {
    @TempDir
    Path directory;

    private ToolShell shell;

    @BeforeEach
    void makeCheckout() throws Exception {
        shell = new ToolShell(directory);
    }

    @Test
    void shouldGoThereAndBackWhenCalledFromAShell() throws Exception {
        assertEquals("0 ", shell.run("echo '{\"port\": 1}' | $ipc file json config.json"));
        assertEquals("1 ipc: config.json is unchanged: the new content is not valid: line 1: "
            + "expected one value of JSON, found 0\n", shell.run("$ipc file patch config.json < /dev/null"));
        assertTrue(shell.run("echo '{\"port\": 2}' | $ipc file patch config.json "
            + "--expect-sha256 $(sha256sum < config.json | cut -d' ' -f1)")
            .matches("0 [0-9a-f]{64}\n"));
        assertEquals("0 {\"port\": 2}\n", shell.run("$ipc file grep port config.json"));
        assertTrue(shell.run("$ipc file rollback config.json").startsWith("0 "));
        assertEquals("0   \"port\" : 1\n", shell.run("$ipc file grep port config.json"));
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsOn() throws Exception {
        Files.writeString(directory.resolve("lines"), "a line\n".repeat(1_000_000));
        assertEquals("0 a line\n0 0\n",
            shell.run("$ipc file grep line lines | head -1; echo ${PIPESTATUS[@]}"));
    }

    @Test
    void shouldSayWhatIsThereWhenThereIsNoRoom() throws Exception {
        Files.write(directory.resolve("input"), new byte[1 << 20]);
        Files.writeString(directory.resolve("old"), "old");
        for (final String file : new String[] {"new", "old"}) {
            final String outcome = shell.run("ulimit -f 256; $ipc file write " + file + " input");
            assertTrue(outcome.startsWith("1 ipc: "), outcome);
            assertTrue(outcome.contains("/" + file + ": writing failed, it is as it was before: "), outcome);
            assertTrue(outcome.contains("EFBIG"), outcome);
        }
        assertEquals("0 input\nold\n", shell.run("ls -A"));
        assertEquals("old", Files.readString(directory.resolve("old")));
    }

    @Test
    void shouldSayWhatToDoWhenTheInputOfAGuardedChangeIsTooLarge() throws Exception {
        final String outcome = shell.run(
            "echo old > config; truncate -s 3G large; JDK_JAVA_OPTIONS=-Xmx32m $ipc file patch config large");
        assertTrue(outcome.startsWith("1 "), outcome);
        assertTrue(outcome.endsWith("ipc: config is unchanged: large: expected what the memory of this JVM holds "
            + "twice, found more; ipc file write takes any size, without a guard\n"), outcome);
        assertEquals("0 config\nlarge\n", shell.run("ls -A"));
    }

    /** A path that begins there would be that of a directory beside it. */
    @Test
    void shouldRefuseToWorkWhereTheNameIsNotUtf8() throws Exception {
        assertEquals("0 ipc: the current directory has a name that is not UTF-8; go to another one\n1\n",
            shell.run("mkdir $'d\\xff' && cd $'d\\xff' && { echo new | $ipc file write new; echo $?; }"));
        assertEquals("0 1\n", shell.run("ls -A | wc -l"));
    }

    @Test
    void shouldFailWhenTheOutputCannotBeWritten() throws Exception {
        Files.writeString(directory.resolve("lines"), "a line\n");
        final String outcome = shell.run("$ipc file grep line lines > /dev/full");
        assertTrue(outcome.startsWith("1 ipc: cannot write to standard output: "), outcome);
        assertEquals("1 ipc: cannot write to standard output: No space left on device; lines is changed all the"
            + " same\n", shell.run("echo other | $ipc file patch lines > /dev/full"));
        assertEquals("other\n", Files.readString(directory.resolve("lines")));
    }
}
