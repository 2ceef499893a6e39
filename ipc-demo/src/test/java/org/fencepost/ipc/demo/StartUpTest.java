package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What a process of the tool does not load until it does what was typed: each of these takes it milliseconds. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartUpTest {
    @TempDir
    private Path temporary;

    /** Reads command lines of some commands, which do nothing. */
    static final class Commands {
        public static void main(final String[] commands) {
            for (final String command : commands) {
                final String[] words = (command + " --version").split(" ");
                final Output out = new Output(OutputStream.nullOutputStream(), false, false);
                if (Ipc.commandLine(InputStream.nullInputStream(), out, words).execute(words) != 0) {
                    throw new IllegalStateException(command);
                }
            }
        }
    }

    @Test
    void shouldReadNoAnnotationAndMakeNoProxyWhenACommandIsMeant() throws Exception {
        final List<String> loaded = classesLoadedBy(allCommands());
        assertTrue(loaded.contains("org.fencepost.ipc.demo.file.GrepCommand"), "of the tool some were seen");
        assertEquals(List.of(), loaded.stream().filter(StartUpTest::isOfAnnotations).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "publish, channel.SendingCommand channel.PublishCommand",
        "ls, channel.ListCommand",
        "file write, file.FileCommand file.WholeFileCommand file.WriteCommand",
    })
    void shouldLoadNoOtherCommandWhenOneIsMeant(final String command, final String classes) throws Exception {
        final List<String> expected = new ArrayList<>(List.of("ToolCommand"));
        expected.addAll(List.of(classes.split(" ")));
        assertEquals(expected, classesLoadedBy(List.of(command)).stream()
            .filter(name -> name.startsWith("org.fencepost.ipc.demo.") && name.endsWith("Command"))
            .map(name -> name.substring("org.fencepost.ipc.demo.".length())).toList());
    }

    /** What is annotated with something gets a proxy that says so. */
    private static boolean isOfAnnotations(final String name) {
        return name.contains(".$Proxy") || name.equals("sun.reflect.annotation.AnnotationType");
    }

    private static List<String> allCommands() {
        final List<String> all = new ArrayList<>();
        final CommandLine tool = Ipc.commandLine(
            InputStream.nullInputStream(), new Output(OutputStream.nullOutputStream(), false, false));
        for (final Map.Entry<String, CommandLine> command : tool.getSubcommands().entrySet()) {
            all.add(command.getKey());
            command.getValue().getSubcommands().keySet().forEach(name -> all.add(command.getKey() + " " + name));
        }
        // They are about commands and so need all of them, one of which picocli has annotated.
        all.removeAll(List.of("help", "generate-completion"));
        return all;
    }

    private List<String> classesLoadedBy(final List<String> commands) throws IOException, InterruptedException {
        final Path log = temporary.resolve("classes.txt");
        final Path output = temporary.resolve("output.txt");
        final List<String> line = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:class+load:file=" + log + ":uptime:filecount=0",
            "-cp", System.getProperty("java.class.path"), Commands.class.getName()));
        line.addAll(commands);
        final Process process =
            new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertEquals(0, process.waitFor(), Files.readString(output));
        try (Stream<String> lines = Files.lines(log)) {
            // [0.123s] java.lang.Object source: shared objects file
            return lines.map(loaded -> loaded.split(" ")[1]).toList();
        }
    }
}
