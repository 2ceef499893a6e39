package org.fencepost.ipc.demo.file;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.ToolRun;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands {@code ipc file ...} in this process. */
class FileCommandTest {
    private static final String SHA256_OF_NEW =
        "7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c";

    @TempDir
    Path directory;

    private Path file;
    private String name;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("file"), "old\n");
        name = file.toString();
    }

    private void unchanged() throws IOException {
        assertEquals("old\n", Files.readString(file));
        try (Stream<Path> files = Files.list(directory)) {
            assertTrue(files.noneMatch(path -> path.toString().endsWith(".tmp")));
        }
    }

    private static JsonNode parse(final String json) throws IOException {
        assertEquals(1, json.lines().count(), json);
        return new ObjectMapper().readTree(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "file", "file nonsense", "file write", "file write --mode 1777 FILE",
        "file write --mode 0o7 FILE", "file write FILE INPUT SURPLUS", "file json", "file jsonl",
        "file patch", "file patch --validate pdf FILE", "file patch --expect-sha256 0 FILE",
        "file patch --history 1001 FILE", "file history", "file rollback",
        "file rollback --to newest FILE", "file rollback --history -1 FILE", "file grep",
        "file grep TEXT", "file grep --count --positions TEXT FILE", "file grep --hex 0x FILE",
        "file grep --hex 6f6c640a6e FILE", "file grep --count --hex 0a FILE",
        "file replace FILE OLD", "file replace FILE OLD LONGER", "file replace --hex FILE 0 1"})
    void shouldShowUsageWhenTheCommandLineIsWrong(final String line) throws IOException {
        final ToolRun run = ToolRun.of(line.replace("FILE", name).split(" "));
        misused(line.matches("file( nonsense)?") ? "ipc file"
            : "ipc file " + line.split(" ")[1], run);
        unchanged();
    }

    @Test
    void shouldNameEveryCommandWhenHelpIsAskedFor() {
        final String help = done(ToolRun.of("file", "--help"));
        for (final String command : List.of("write", "json", "jsonl", "patch", "history",
            "rollback", "grep", "replace")) {
            assertTrue(help.contains("  " + command + " "), help);
            assertTrue(done(ToolRun.of("file", command, "--help")).contains("--debug"));
        }
    }

    @Test
    void shouldWriteBytesAsTheyAreWhenTheyAreRead() throws IOException {
        assertEquals("", done(ToolRun.withInput("no newline", "file", "write", name)));
        assertEquals("no newline", Files.readString(file));
        final Path input = Files.write(directory.resolve("input"), new byte[] {0, -1, 10, -128});
        done(ToolRun.of("file", "write", name, input.toString()));
        assertEquals(-1, Files.mismatch(input, file));
        done(ToolRun.withInput("", "file", "write", name, "-"));
        assertEquals(0, Files.size(file));
    }

    @Test
    void shouldMakeParentsAndPermissionsAsAskedForWhenAFileIsNew() throws IOException {
        final Path made = directory.resolve("a/b/made");
        failed(ToolRun.of("file", "write", "--no-parents", made.toString()), made.toString());
        assertFalse(Files.exists(directory.resolve("a")));
        done(ToolRun.of("file", "write", "--mode", "0600", made.toString()));
        assertEquals("rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    }

    @Test
    void shouldRefuseALinkWhenItIsNotToBeFollowed() throws IOException {
        final Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        failed(ToolRun.withInput("new", "file", "write", "--no-follow", link.toString()),
            link.toString(), "symbolic link");
        unchanged();
        done(ToolRun.withInput("new", "file", "write", link.toString()));
        assertEquals("new", Files.readString(file));
    }

    @Test
    void shouldKeepOldContentWhenTheInputCannotBeRead() throws IOException {
        failed(ToolRun.of("file", "write", name, directory.resolve("none").toString()),
            "cannot read " + directory.resolve("none"), "there is no such file or directory");
        failed(ToolRun.of("file", "write", name, directory.toString()), directory.toString());
        final InputStream broken = new InputStream() {
            private int read;

            @Override
            public int read() throws IOException {
                if (read++ < 100_000) {
                    return 'x';
                }
                throw new IOException("broken");
            }
        };
        failed(ToolRun.withInput(broken, "file", "write", name),
            "cannot read standard input", "broken");
        unchanged();
    }

    @ParameterizedTest
    @CsvSource({
        "grep x none,          'none: reading records failed: there is no such file or directory'",
        "grep x .,             '.: reading records failed: expected a regular file, found a directory'",
        "write FILE none,      'cannot read none: there is no such file or directory'",
        "write FILE .,         'cannot read .: Is a directory'",
        "json FILE none,       'cannot read none: there is no such file or directory'",
        "patch FILE .,         'cannot read .: Is a directory'",
        "history FILE/none,    'FILE/none: listing its versions failed: FILE/.none.guard: it is no directory'",
        "replace / a b,          '/: preparing the change failed, it is as it was before: "
            + "expected a path with a file name, found a directory'"})
    void shouldSayTheReasonInWordsWhenAFileCannotBeReadOrWritten(final String line, final String said) {
        assertEquals("ipc: " + said.replace("FILE", name) + "\n",
            ToolRun.of(("file " + line.replace("FILE", name)).split(" ")).err());
    }

    @Test
    void shouldShowTheStackTraceOnlyWhenItIsAskedFor() {
        final ToolRun run = ToolRun.of("file", "write", "--debug", name, "/none");
        assertTrue(run.err().contains("\tat org.fencepost"), run::toString);
        assertTrue(run.err().endsWith("ipc: cannot read /none: there is no such file or directory\n"),
            run::toString);
    }

    @Test
    void shouldWriteJsonWithNumbersAsTypedWhenItIsOneValue() throws IOException {
        final String json = "{\"a\":[1.10,-0.0,1e400,{}],\"grün\":null,\"😀\":\"😀\"}";
        done(ToolRun.withInput(json, "file", "json", "--compact", name));
        assertEquals(json + "\n", Files.readString(file));
        done(ToolRun.withInput(json, "file", "json", name));
        assertEquals("""
            {
              "a" : [
                1.10,
                -0.0,
                1e400,
                { }
              ],
              "grün" : null,
              "😀" : "😀"
            }
            """, Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|found none", "'{\"a\":1'|line 1, column", "'1 2'|found more", "'{\"a\":1,\"a\":2}'|Duplicate",
        "'[1]\n]'|line 2, column 1", "'<a/>'|line 1, column 1", "'{}x'|line 1, column",
        "'[1}'|line 1, column 3: Unexpected close marker '}': expected ']'; "})
    void shouldKeepOldContentWhenTheInputIsNotOneValue(
        final String input, final String problem) throws IOException {
        failed(ToolRun.withInput(input, "file", "json", name),
            "standard input: ", problem, name + " is unchanged");
        unchanged();
    }

    @ParameterizedTest
    @CsvSource({
        "ff, 3, 0xff", "c080, 3, 0xc0", "e9, 4, 0x22", "e08080, 4, 0x80", "eda080, 4, 0xa0", "f0839880, 4, 0x83",
        "f4908080, 4, 0x90", "f59f9880, 3, 0xf5"})
    void shouldKeepOldContentWhenTheInputIsNotUtf8(
        final String bytes, final int column, final String found) throws IOException {
        final byte[] input = HexFormat.of().parseHex("22c3a9220a2261" + bytes + "22");
        for (final String command : List.of("json", "jsonl")) {
            failed(ToolRun.withInput(new ByteArrayInputStream(input), "file", command, name),
                "standard input: line 2, column " + column + ": expected UTF-8, found the byte " + found,
                name + " is unchanged");
        }
        unchanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void shouldKeepOldContentWhenTheInputIsOfAnotherEncoding(final String charset) throws IOException {
        for (final String text : List.of("{}", "7", "\n[1]")) {
            final byte[] input = text.getBytes(Charset.forName(charset));
            for (final String command : List.of("json", "jsonl", "patch --validate json", "patch --validate jsonl")) {
                final String[] words = ("file " + command + " " + name).split(" ");
                failed(ToolRun.withInput(new ByteArrayInputStream(input), words), name, " is unchanged");
            }
        }
        unchanged();
    }

    @Test
    void shouldSayWhereWhenTheInputExceedsALimitOfJackson() throws IOException {
        failed(ToolRun.withInput("\n" + "[".repeat(1001), "file", "json", name),
            "standard input: line 2, column 1002: Document nesting depth (1001)", name + " is unchanged");
        unchanged();
    }

    @Test
    void shouldWriteALineForEachValueWhenJsonLinesAreRead() throws IOException {
        final String input = "{\n \"a\": 1 }\n\n[1,\n2] \"x\\n\" 7";
        done(ToolRun.withInput(input, "file", "jsonl", name));
        assertEquals("{\"a\":1}\n[1,2]\n\"x\\n\"\n7\n", Files.readString(file));
        done(ToolRun.withInput(" \n", "file", "jsonl", name));
        assertEquals("", Files.readString(file));
    }

    @Test
    void shouldKeepOldContentWhenALineIsNotJson() throws IOException {
        failed(ToolRun.withInput("{}\n{}\n{]\n", "file", "jsonl", name),
            "standard input: line 3, column 2", name + " is unchanged");
        unchanged();
    }

    @Test
    void shouldReplaceKeepAVersionAndReturnToItWhenPatched() throws IOException {
        assertEquals(SHA256_OF_NEW + "\n",
            done(ToolRun.withInput("new\n", "file", "patch", name)));
        assertEquals("new\n", Files.readString(file));
        final JsonNode version = parse(done(ToolRun.of("file", "history", "--json", name)));
        assertEquals(1, version.required("version").intValue());
        assertEquals(4, version.required("sizeBytes").intValue());
        final Path kept = Path.of(version.required("file").textValue());
        assertEquals("old\n", Files.readString(kept));
        assertTrue(done(ToolRun.of("file", "history", name)).matches(
            " +1 +4  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ  \\Q" + kept + "\\E\n"));

        done(ToolRun.of("file", "rollback", name));
        assertEquals("old\n", Files.readString(file));
        assertEquals(SHA256_OF_NEW, parse(done(
            ToolRun.of("file", "rollback", "--json", name))).required("sha256").textValue());
        done(ToolRun.of("file", "rollback", "--to", "1", "--history", "2", name));
        assertEquals("old\n", Files.readString(file));
        assertEquals(2, done(ToolRun.of("file", "history", name)).lines().count());
        failed(ToolRun.of("file", "rollback", "--to", "1", name), name + " is unchanged",
            "no such earlier version");
    }

    @Test
    void shouldChangeNothingWhenThereIsNoVersion() throws IOException {
        assertEquals("", done(ToolRun.of("file", "history", name)));
        failed(ToolRun.of("file", "history", name + "-none"), "there is no " + name + "-none");
        failed(ToolRun.of("file", "rollback", name), "no such earlier version");
        unchanged();
    }

    @ParameterizedTest
    @CsvSource({
        "a.xml, <a>, <a/>", "a.properties, \\u00, a=1", "a.json, 1 2, {}", "a.JSONL, {, 1",
        "a.ndjson, {, 1"})
    void shouldValidateByTheExtensionWhenNoKindIsNamed(
        final String file, final String bad, final String good) throws IOException {
        final Path path = directory.resolve(file);
        failed(ToolRun.withInput(bad, "file", "patch", path.toString()),
            path + " is unchanged: the new content is not valid: ");
        assertFalse(Files.exists(path));
        done(ToolRun.withInput(bad, "file", "patch", "--validate", "any", path.toString()));
        done(ToolRun.withInput(good, "file", "patch", path.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"xml", "properties", "json"})
    void shouldTakeAnythingWhenANameHasNoExtension(final String file) throws IOException {
        final Path path = directory.resolve(file);
        done(ToolRun.withInput("<{\\u00", "file", "patch", path.toString()));
        assertEquals("<{\\u00", Files.readString(path));
    }

    @Test
    void shouldValidateAsToldWhenAKindIsNamed() throws IOException {
        failed(ToolRun.withInput("text", "file", "patch", "--validate", "xml", name), "not valid");
        final Path bytes = Files.write(directory.resolve("bytes"), new byte[] {-1});
        failed(ToolRun.of("file", "patch", "--validate", "utf8", name, bytes.toString()),
            "expected UTF-8, found another byte at 0");
        failed(ToolRun.of("file", "patch", directory.resolve("a.txt").toString(),
            bytes.toString()), "expected UTF-8");
        unchanged();
    }

    @Test
    void shouldReplaceOnlyTheExpectedContentWhenADigestIsGiven() throws IOException {
        failed(ToolRun.withInput("x", "file", "patch", "--expect-sha256", SHA256_OF_NEW, name),
            "expected SHA-256 " + SHA256_OF_NEW, "found ");
        failed(ToolRun.withInput("x", "file", "patch", "--expect-sha256", "absent", name),
            "expected SHA-256 absent");
        unchanged();
        done(ToolRun.withInput("new\n", "file", "patch", name));
        done(ToolRun.withInput("x", "file", "patch", "--expect-sha256", SHA256_OF_NEW, name));
        assertEquals("x", Files.readString(file));
    }

    @Test
    void shouldSayWhoIsBusyWhenAnotherChangesTheFile() throws IOException {
        final AtomicReference<ToolRun> run = new AtomicReference<>();
        final Replacement mine = GuardedFile.of(file).patch(content -> {
            run.set(ToolRun.withInput("theirs", "file", "patch", name));
            return content;
        });
        assertTrue(mine.isDone());
        failed(run.get(), name + " is unchanged: thread " + Thread.currentThread().threadId()
            + " of process " + ProcessHandle.current().pid() + " is changing it; try again");
        assertEquals("old\n", Files.readString(file));
    }

    @Test
    void shouldPrintLinesCountsOrPositionsWhenATextIsFound() throws IOException {
        Files.writeString(file, "one two\ntwo two\nthree\ngrün two");
        assertEquals("one two\ntwo two\ngrün two\n", done(ToolRun.of("file", "grep", "two", name)));
        assertEquals("3\n", done(ToolRun.of("file", "grep", "--count", "two", name)));
        assertEquals("4\n8\n12\n28\n", done(ToolRun.of("file", "grep", "--positions", "two", name)));
        assertEquals("grün two\n", done(ToolRun.of("file", "grep", "--hex", "c3bc6e", name)));
        assertEquals("6\n", done(ToolRun.of("file", "grep", "--positions", "o\ntwo", name)));
        assertEquals(3, parse(done(
            ToolRun.of("file", "grep", "--json", "--count", "two", name))).required("count")
            .intValue());
        final JsonNode line = parse(done(ToolRun.of("file", "grep", "--json", "grün", name)));
        assertEquals("grün two", line.required("line").textValue());
        assertEquals(22, line.required("position").intValue());
        assertEquals("{\"position\":22}\n",
            done(ToolRun.of("file", "grep", "--json", "--positions", "grün", name)));
    }

    @Test
    void shouldPrintBytesAsTheyAreWhenALineIsNotText() throws IOException {
        final byte[] line = "x\u00ff\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, line);
        assertEquals("x\ufffd\n", done(ToolRun.of("file", "grep", "x", name)));
    }

    @Test
    void shouldFailWhenNothingIsFoundOrReadable() {
        final ToolRun none = ToolRun.of("file", "grep", "nowhere", name);
        assertEquals(new ToolRun(ExitCode.FAILED, "", ""), none);
        assertEquals(new ToolRun(ExitCode.FAILED, "0\n", ""),
            ToolRun.of("file", "grep", "--count", "nowhere", name));
        failed(ToolRun.of("file", "grep", "x", directory.toString()), "a directory");
        failed(ToolRun.of("file", "grep", "x", name + "-none"), "there is no such file or directory");
    }

    @Test
    void shouldReplaceInPlaceWhenLengthsAreEqual() throws IOException {
        assertEquals("1\n", done(ToolRun.of("file", "replace", name, "old", "NEW")));
        assertEquals("NEW\n", Files.readString(file));
        assertEquals(1, parse(done(ToolRun.of("file", "replace", "--json", "--hex", name, "4e45",
            "6e65"))).required("matches").intValue());
        assertEquals("neW\n", Files.readString(file));
        assertEquals(new ToolRun(ExitCode.FAILED, "0\n", ""),
            ToolRun.of("file", "replace", name, "nothing", "NOTHING"));
    }

    /** As whoever replaced bytes in place and died has left it; there is no other version then. */
    private Path replacedInPart() throws Exception {
        done(ToolRun.of("file", "replace", name, "old", "new"));
        Files.writeString(file, "new old\n");
        final ByteBuffer record = ByteBuffer.allocate(46).order(ByteOrder.LITTLE_ENDIAN);
        record.put("FPUNDO01".getBytes(StandardCharsets.UTF_8)).putLong(8).putInt(3).putInt(2)
            .put("oldnew".getBytes(StandardCharsets.UTF_8)).putLong(0).putLong(4);
        final Path undo = directory.resolve(".file.guard/undo");
        Files.write(undo, record.array());
        Files.write(undo, MessageDigest.getInstance("SHA-256").digest(record.array()), StandardOpenOption.APPEND);
        return undo;
    }

    @ParameterizedTest
    @ValueSource(strings = {"rollback FILE", "rollback --to 7 FILE", "patch --expect-sha256 absent FILE"})
    void shouldSayThatItUndidWhatWasReplacedInPartWhenNoMoreIsDone(final String line) throws Exception {
        final Path undo = replacedInPart();
        final ToolRun run = ToolRun.withInput("", ("file " + line.replace("FILE", name)).split(" "));
        failed(run, name + ": a replacement in place that was not finished is undone",
            line.startsWith("patch") ? "expected SHA-256 absent" : "there is no such earlier version; there is none");
        assertFalse(run.err().contains("unchanged"), run::toString);
        assertEquals("old old\n", Files.readString(file));
        assertFalse(Files.exists(undo));
    }

    @Test
    void shouldSayThatItUndidWhatWasReplacedInPartBeforeAnotherChange() throws Exception {
        replacedInPart();
        final ToolRun run = ToolRun.of("file", "replace", name, "nothing", "NOTHING");
        assertEquals(new ToolRun(ExitCode.FAILED, "0\n", "ipc: " + name + ": a replacement in place that was not "
            + "finished is undone, unless all bytes were new\n"), run);
        assertEquals("old old\n", Files.readString(file));
    }

    @Test
    void shouldSayInTheHistoryThatAReplacementInPlaceIsNotFinished() throws Exception {
        final Path undo = replacedInPart();
        final ToolRun run = ToolRun.of("file", "history", name);
        assertEquals(0, run.exitCode(), run::toString);
        assertEquals("", run.out());
        assertTrue(run.err().contains(name + ": a replacement in place is not finished"), run::toString);
        assertTrue(Files.exists(undo));
        assertEquals(0, ToolRun.withInput("x", "file", "patch", name).exitCode());
        done(ToolRun.of("file", "history", name));
    }

    @Test
    void shouldNameTheVersionsThatThereAreWhenOneIsNot() {
        for (final String content : List.of("1", "2", "3")) {
            done(ToolRun.withInput(content, "file", "patch", "--history", "2", name));
        }
        failed(ToolRun.of("file", "rollback", "--to", "1", name),
            name + " is unchanged: there is no such earlier version; there are 2, from 2 to 3, as ipc file history");
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "json", "jsonl", "patch", "history", "rollback", "replace"})
    void shouldRefuseTheNameOfADirectory(final String command) throws IOException {
        final Path made = directory.resolve("made");
        final List<String> line = new ArrayList<>(List.of("file", command, made + "/"));
        if (command.equals("replace")) {
            line.addAll(List.of("a", "b"));
        }
        final ToolRun run = ToolRun.withInput("1", line.toArray(String[]::new));
        assertEquals(ExitCode.USAGE, run.exitCode(), run::toString);
        assertTrue(run.err().contains("expected a file, but was '" + made + "/'"), run::toString);
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void shouldRefuseTextWhenTheLocaleCannotHaveIt() {
        final ToolRun run = ToolRun.of("file", "grep", "gr\ufffd\ufffdn", name);
        assertEquals(ExitCode.USAGE, run.exitCode());
        assertTrue(run.err().contains("--hex"), run::toString);
    }

    @Test
    void shouldSaySoAndLeaveNothingWhenThereIsNoFileToChange() throws IOException {
        final String none = directory.resolve("none").toString();
        failed(ToolRun.of("file", "replace", none, "a", "b"), "cannot replace in " + none
            + ": there is no such file");
        final Path socket = directory.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            failed(ToolRun.of("file", "replace", socket.toString(), "a", "b"), socket + ": ",
                "expected a regular file, found a special file");
        }
        for (final String nonsense : List.of(directory.toString(), directory + "/.", directory + "/..", "/", ".")) {
            failed(ToolRun.of("file", "replace", nonsense, "a", "b"), nonsense + ": ", "found a directory");
            failed(ToolRun.withInput("a", "file", "patch", nonsense), nonsense + ": ", "found a directory");
        }
        assertFalse(Files.exists(Path.of("...guard")));
        assertFalse(Files.exists(directory.resolveSibling("." + directory.getFileName() + ".guard")));
        // Nobody knows whether that is there.
        final ToolRun unknown = ToolRun.of("file", "replace", "a".repeat(256), "a", "b");
        failed(unknown, "a: ");
        assertFalse(unknown.err().contains("no such file"), unknown::toString);
        failed(ToolRun.of("file", "rollback", none), none + " is unchanged: there is no such earlier version");
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(file, socket), left.sorted().toList());
        }
    }
}
