package org.fencepost.ipc.demo.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.demo.ToolShell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands in processes of their own, started by the script {@code ipc} from a shell. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChannelProcessTest {
    private static final int TEXT_BYTES = 4 << 20;
    /** Half of what goes through a journal as a whole; docs/tool.md has the command for more. */
    private static final long HALF_BYTES = Long.getLong("megabytes", 64) * 1_000_000 / 2;
    private static final int LINE_BYTES_MAX = 120;

    @TempDir
    Path directory;

    private ToolShell shell;

    @BeforeEach
    void makeCheckout() throws Exception {
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

    /** A file first, and then a pipe, while others look at what is there in every way. */
    @Test
    @Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldGiveTheSameTextWhenAnotherProcessFollowsAJournal() throws Exception {
        writeText("block");
        final String outcome = shell.run("set -o pipefail; "
            + "while (( $(stat -c %s text 2> /dev/null || echo 0) < " + HALF_BYTES + " )); do "
            + "cat block >> text; done; "
            + "lines=$(wc -l < text) && $ipc create journal --segment 8m > /dev/null && "
            + "{ $ipc tail --follow --limit $((2 * lines)) journal | sha256sum > tailed & "
            + "  $ipc stat --watch --limit 3 journal > watched & watch=$!; "
            + "  $ipc publish journal text && cat text | $ipc publish journal & publisher=$!; "
            + "  $ipc verify journal > verified && "
            + "  $ipc export --raw journal | cat > exported && "
            + "  $ipc grep -c '' journal > counted; (( $? <= 1 )) && "
            + "  wait $publisher && wait $watch && wait; } && "
            + "cat text text | sha256sum | cmp - tailed && "
            + "grep -c rates: watched && $ipc grep -c '' journal && $ipc verify journal && "
            + "rm text exported && echo same");
        final long lines = outcome.lines().skip(1).findFirst().map(Long::parseLong).orElse(0L);
        assertTrue(outcome.startsWith("0 2\n" + lines + "\njournal: journal, " + lines
            + " messages with "), outcome);
        assertTrue(outcome.endsWith(", checksums verified\nsame\n"), outcome);
        assertTrue(lines * LINE_BYTES_MAX > 2 * HALF_BYTES, outcome);
    }

    @Test
    void shouldKeepEveryLineWhenTwoPublishAndOthersRead() throws Exception {
        writeText("text");
        assertEquals("0 same\n", shell.run("$ipc create journal --segment 1m > created && "
            + "{ $ipc publish --type 1 journal text & $ipc publish --type 2 journal text & "
            + "$ipc verify journal > verified && $ipc export journal > early && wait; } && "
            + "$ipc export journal > exported && cmp -n $(stat -c %s early) early exported && "
            + "for type in 1 2; do grep '\"type\":'$type, exported | "
            + "sed 's/\"\\(position\\|type\\|publisher\\|time\\|batchIndex\\|batchCount\\)\":"
            + "[^,]*,//g' > $type; done && "
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
    void shouldUseAChannelOfThePortableFallbackWhenNativeAccessIsDenied() throws Exception {
        final String denied = "JDK_JAVA_OPTIONS=--illegal-native-access=deny $ipc ";
        final String outcome = shell.run("seq 3 | " + denied + "publish journal --create 2> /dev/null; "
            + denied + "tail journal 2> /dev/null; echo $?; $ipc tail journal; echo $?");
        assertTrue(outcome.startsWith("0 1\n2\n3\n0\nipc: "), outcome);
        assertTrue(outcome.endsWith("deny this process native access (--illegal-native-access=deny)\n1\n"),
            outcome);
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

    @Test
    void shouldSayInALineWhatIsWrongWhenFilesAreOutOfReach() throws Exception {
        assertEquals("0 ", shell.run("seq 3 | $ipc publish journal --create"));
        // Root may do everything, unless it leaves that behind.
        final String as = "user=; (( EUID )) || "
            + "user='setpriv --bounding-set -dac_override,-dac_read_search'; ";
        final String unreadable = shell.run("chmod 0 journal/control; " + as
            + "for command in tail stat verify publish; do $user $ipc $command journal; "
            + "echo $?; done < /dev/null; chmod 600 journal/control");
        assertEquals(4, unreadable.lines().filter("1"::equals).count(), unreadable);
        assertEquals(4, unreadable.lines().filter(line -> line.contains("ipc: cannot read "
            + directory.resolve("journal/control") + ": ")
            && line.endsWith(": permission denied; the user that it belongs to can give the right to read it, by chmod"
                + " of the directory and its files")).count(), unreadable);
        final String closed = shell.run("chmod 600 journal; " + as
            + "$user $ipc tail journal; echo $?; $user $ipc rm journal; echo $?; $user $ipc ls; "
            + "chmod 700 journal");
        assertTrue(closed.endsWith("ipc: this user may not look into 1 directories of ., which may"
            + " be channels\n"), closed);
        assertEquals(2, closed.lines().filter(line ->
            line.contains("cannot look into journal: permission denied; ask")).count(), closed);
        assertEquals("0 ipc: cannot read closed/file: permission denied; nothing is published\n1\n", shell.run(
            "mkdir -m 0 closed; " + as + "$user $ipc publish journal closed/file; echo $?; rmdir closed"));
        final String hidden = shell.run("mkdir outer; $ipc create outer/inner > created; chmod 0 outer; " + as
            + "for command in tail rm publish; do $user $ipc $command outer/inner; done < /dev/null; chmod 700 outer");
        assertEquals(3, hidden.lines().filter(line ->
            line.contains("cannot look into outer/inner: permission denied; ask")).count(), hidden);
        assertEquals("0 ipc: cannot list the channels below outer: permission denied; the user that it belongs to can"
            + " give the right to read it, by chmod of the directory and its files\n1\n", shell.run(
                "chmod 0 outer; " + as + "$user $ipc ls outer; echo $?; chmod 700 outer"));
        final String unwritable = shell.run("chmod 500 outer; " + as + "$user $ipc create outer/other; "
            + "chmod 300 outer/inner; $user $ipc stat outer/inner > shown; chmod 700 outer outer/inner");
        assertTrue(unwritable.contains("permission denied); the user that the directory belongs to can give the right"
            + " to write there\n"), unwritable);
        assertTrue(unwritable.contains("cannot list " + directory.resolve("outer/inner")
            + ": permission denied; the user that it belongs to can give the right to read it"), unwritable);
        // What may not be read is not missing, and nothing is to be restored.
        final String segment = shell.run("chmod 0 journal/segment-*; " + as
            + "$user $ipc verify journal; echo $?; chmod 600 journal/segment-*");
        assertEquals("0 ipc: cannot read " + directory.resolve("journal/segment-0000000000000000")
            + ": permission denied; ask the owner for it\n1\n", segment);
        final String debugged = shell.run("$ipc --debug tail . 2>&1");
        assertTrue(debugged.contains("\tat org.fencepost"), debugged);
    }

    @Test
    void shouldKeepWhatIsThereWhenTheDiskIsFull() throws Exception {
        final String outcome = shell.run("mkdir small; unshare -m bash -c '"
            + "mount -t tmpfs -o size=3m none small || exit 77; "
            + "seq 1000000 | $ipc publish small/journal --create --segment 1m; echo $?; "
            + "$ipc verify small/journal; echo $?; "
            + "$ipc tail small/journal > all; seq $(wc -l < all) | cmp - all && echo same'");
        Assumptions.assumeFalse(outcome.startsWith("77 "), "cannot mount a small file system here");
        Assumptions.assumeFalse(outcome.contains("unshare:"), "cannot mount here");
        assertTrue(outcome.contains("no space left"), outcome);
        // Whoever keeps house meets it as well, and leaves it to the command to say so.
        assertFalse(outcome.contains("WARN"), outcome);
        assertTrue(outcome.contains(" messages are published\n1\n"), outcome);
        assertTrue(outcome.endsWith(", checksums verified\n0\nsame\n"), outcome);
    }

    @Test
    void shouldSayWhatWasOverwrittenWhileItFollows() throws Exception {
        final String outcome = shell.run("echo first | $ipc publish ring --create --ring 32k; "
            + "$ipc tail --follow ring > tailed 2> told & tail=$!; "
            + "until [[ -s tailed ]]; do sleep 0.01; done; kill -STOP $tail; "
            + "head -c 1000000 /dev/zero | $ipc publish --raw --chunk 100 ring; kill -CONT $tail; "
            + "until [[ -s told ]]; do sleep 0.01; done; "
            + "{ kill $tail; wait; } 2> /dev/null; cat told");
        assertTrue(outcome.matches(
            "0 ipc: \\d+ bytes of ring were overwritten before they could be read\n"), outcome);
    }

    @Test
    void shouldSaySoWhenAStandardStreamIsClosed() throws Exception {
        assertEquals("0 ipc: cannot read standard input: Bad file descriptor; 0 messages are"
            + " published\n1\n"
            + "ipc: cannot write to standard output: Bad file descriptor\n1\n1\n3\n",
            shell.run("$ipc publish journal --create <&-; echo $?; "
                + "seq 3 | $ipc publish journal; $ipc tail journal >&-; echo $?; "
                + "$ipc tail nowhere 2>&-; echo $?; $ipc grep -c '' journal"));
    }

    @Test
    void shouldPrintNothingOfTheJvmAmongMessages() throws Exception {
        assertEquals("0 1\n1\n", shell.run("$ipc create journal --segment 64k > made; "
            + "_JAVA_OPTIONS=-Xmx1k $ipc export journal 2> said; echo $?; grep -c 'Too small maximum heap' said"));
        // Where large pages are set up it has nothing to say.
        assertEquals("0 0\n", shell.run("_JAVA_OPTIONS=-XX:+UseLargePages $ipc export journal 2> said; echo $?"));
        assertEquals("0 one\n", shell.run("echo one | $ipc publish journal; $ipc tail -f journal > tailed 2> said & "
            + "tail=$!; for (( i = 0; i < 1000; i++ )); do [[ -s tailed ]] && break; sleep 0.01; done; "
            + "kill -QUIT $tail; for (( i = 0; i < 1000; i++ )); do "
            + "grep -q 'Full thread dump' tailed said && break; sleep 0.01; done; "
            + "{ kill $tail; wait; } 2> /dev/null; cat tailed"));
    }

    @Test
    void shouldTakeNamesAndPatternsForUtf8WhateverTheLocaleSays() throws Exception {
        assertEquals("0 \u00fcber\n1\n",
            shell.run("export LC_ALL=C; echo \u00fcber | $ipc publish \u00fc --create; "
                + "$ipc tail \u00fc; $ipc grep -c '^.b' \u00fc"));
    }

    @Test
    void shouldUseColoursOnlyOnATerminal() throws Exception {
        final String outcome = shell.run("seq 3 | $ipc publish journal --create; "
            + "$ipc grep 2 journal; script -qec \"$ipc grep 2 journal\" /dev/null; "
            + "NO_COLOR=1 script -qec \"$ipc grep 2 journal\" /dev/null");
        Assumptions.assumeFalse(outcome.contains("script: "), "no program makes a terminal here");
        assertEquals("0 2\n\u001b[1;31m2\u001b[0m\r\n2\r\n", outcome);
    }

    @Test
    void shouldHandOnWhatItIsToMeasureWhenTheProgramsAreThere() throws Exception {
        final String outcome = shell.run("cp -rp ${ipc%/ipc-demo/ipc} checkout; "
            + "ipc=checkout/ipc-demo/ipc; $ipc bench; echo $?; mkdir checkout/ipc-tests; "
            + "printf '#!/bin/sh\\necho measured $*\\nshift $(($# - 1))\\n"
            + "case $1 in *.json) echo {} > $1 ;; esac\\n' > checkout/ipc-tests/bench; "
            + "chmod +x checkout/ipc-tests/bench; $ipc bench round-trip --quick -- --rounds 3; "
            + "$ipc bench files; $ipc bench waiting -- --rounds 2; $ipc bench --full --json 2> /dev/null");
        assertTrue(outcome.matches("(?s)0 ipc: expected the benchmark programs at .*\n1\n"
            + "measured --measures round-trip --quick --rounds 3\nmeasured files\n"
            + "measured waiting --rounds 2\n\\{}\n"),
            outcome);
    }

    @Test
    void shouldEndWithAWordWhenTheChannelIsRemovedMeanwhile() throws Exception {
        assertEquals("0 1\n1\n2\nipc: journal has been removed, and nothing comes any more\n", shell.run(
            "seq 2 | $ipc publish journal --create --segment 64k; $ipc tail -f journal > tailed 2> said & tail=$!; "
                + "until [[ -s tailed ]]; do sleep 0.01; done; $ipc rm journal; wait $tail; echo $?; "
                + "cat tailed said"));
        assertEquals("0 1\nipc: ring has been removed meanwhile: the 1 messages that were published reach only"
            + " those who had it open\n", shell.run(
                "mkfifo pipe; $ipc publish ring --create --ring 64k pipe 2> said & publisher=$!; exec 3> pipe; "
                    + "echo one >&3; until [[ $($ipc tail ring 2> /dev/null) == one ]]; do :; done; "
                    + "$ipc rm --force ring 2> /dev/null; exec 3>&-; wait $publisher; echo $?; cat said"));
    }

    @Test
    void shouldRefuseAPathWhenItIsNotUtf8() throws Exception {
        final String outcome = shell.run("$ipc create $'\\xff' --segment 64k; echo $?; ls -A");
        assertTrue(outcome.startsWith("0 ipc: Invalid value for positional parameter at index 0 (CHANNEL):"
            + " expected a path of UTF-8, but was "), outcome);
        assertTrue(outcome.endsWith("\n2\n"), outcome);
    }

    @Test
    void shouldEndWithoutAWordWhenNobodyReadsOnFromANamedPipe() throws Exception {
        assertEquals("0 0\n", shell.run("seq 100000 | $ipc publish journal --create --segment 1m; mkfifo pipe; "
            + "head -c 10 pipe > /dev/null & $ipc tail journal > pipe; echo $?"));
    }

    /** From its first look on, which is behind its first map. */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void shouldPrintWhatItHasCountedWhenItIsInterrupted(final String signal) throws Exception {
        final String outcome = shell.run("seq 1000 | $ipc publish --create counted && set -m && "
            + "{ $ipc grep -c --follow 7 counted > count & grep=$!; "
            + "until grep -q counted/segment /proc/$grep/maps; do sleep 0.01; done; "
            + "kill -" + signal + " $grep; wait $grep; } 2> /dev/null; echo $?; cat count");
        assertTrue(outcome.matches("0 " + (signal.equals("INT") ? 130 : 143) + "\n[0-9]+\n"), outcome);
    }

    @Test
    void shouldSaySoWhenAChannelThatIsWatchedIsMadeAgain() throws Exception {
        // In one line, which is another one where it is removed in the middle of a look.
        assertEquals("0 1\n1\n1\n",
            shell.run("$ipc create journal --segment 64k > made; "
                + "$ipc stat --watch --limit 30 journal > watched 2> said & watch=$!; "
                + "until [[ -s watched ]]; do sleep 0.01; done; "
                + "$ipc rm journal; $ipc create journal --segment 64k > made; wait $watch; echo $?; "
                + "grep -c 'journal has been removed' said; grep -c '' said"));
    }

    @Test
    void shouldListMoreChannelsWhenThereAreMoreThanItMayOpenFiles() throws Exception {
        for (int i = 0; i < 60; i++) {
            Channel.open(directory.resolve("channel" + i), ChannelOptions.ring(32 << 10)).close();
        }
        assertEquals("0 61\n", shell.run("ulimit -n 64; $ipc ls | wc -l"));
    }

    @Test
    void shouldLeaveNothingBehindWhenABenchmarkIsInterrupted() throws Exception {
        assertEquals("0 143\nended\n", shell.run("cp -rp ${ipc%/ipc-demo/ipc} checkout; mkdir checkout/ipc-tests made; "
            + "printf '#!/bin/sh\ntrap \"echo ended > ended; exit 1\" TERM; echo > started; "
            + "for i in $(seq 100); do sleep 0.1; done\n' > checkout/ipc-tests/bench; "
            + "chmod +x checkout/ipc-tests/bench; "
            + "_JAVA_OPTIONS=-Djava.io.tmpdir=made checkout/ipc-demo/ipc bench --json 2> said & bench=$!; "
            + "until [[ -s started ]]; do sleep 0.01; done; kill $bench; wait $bench; echo $?; "
            + "for (( i = 0; i < 100; i++ )); do [[ -s ended ]] && break; sleep 0.05; done; cat ended; ls made"));
    }

    @Test
    void shouldSayHowLargeAChannelIsWhenItsNameIsNoText() throws Exception {
        assertEquals("0 same\n", shell.run("$ipc create journal --segment 64k > made && "
            + "$ipc ls --json | grep -o 'sizeBytes.*' > expected; mv journal $'no\\xff'; "
            + "$ipc ls --json | grep -o 'sizeBytes.*' | cmp - expected && echo same"));
    }
}
