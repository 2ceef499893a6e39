package org.fencepost.ipc.demo.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands in processes of their own, started by the script {@code ipc} from a shell. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileProcessTest {
    @TempDir
    Path directory;

    private Path launcher;

    /** A checkout in which everything is built: its jar leads to the classes of this test. */
    @BeforeEach
    void makeCheckout() throws IOException {
        final Path module = Files.createDirectories(directory.resolve("checkout/ipc-demo"));
        launcher = module.resolve("ipc");
        Files.copy(Path.of("ipc"), launcher);
        assertTrue(launcher.toFile().setExecutable(true));
        for (final String built : new String[] {"ipc-core", "ipc-demo"}) {
            Files.createDirectories(module.resolveSibling(built).resolve("src/main"));
            Files.createFile(module.resolveSibling(built).resolve("pom.xml"));
        }
        Files.createFile(module.resolveSibling("pom.xml"));
        Files.createDirectories(module.resolve("target/lib"));
        final Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH,
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(module.resolve("target/ipc-demo-0.jar")),
            manifest).close();
    }

    /** Exit code and everything that was printed by a line of shell in the directory. */
    private String shell(final String line) throws Exception {
        final ProcessBuilder builder = new ProcessBuilder("bash", "-c", line)
            .directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("IPC_JAVA", System.getProperty("java.home"));
        builder.environment().put("ipc", launcher.toString());
        final Process process = builder.start();
        process.getOutputStream().close();
        final String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }

    @Test
    void shouldGoThereAndBackWhenCalledFromAShell() throws Exception {
        assertEquals("0 ", shell("echo '{\"port\": 1}' | $ipc file json config.json"));
        assertEquals("1 ipc: config.json is unchanged: the new content is not valid: line 1: "
            + "expected one value of JSON, found 0\n", shell("$ipc file patch config.json < /dev/null"));
        assertTrue(shell("echo '{\"port\": 2}' | $ipc file patch config.json "
            + "--expect-sha256 $(sha256sum < config.json | cut -d' ' -f1)")
            .matches("0 [0-9a-f]{64}\n"));
        assertEquals("0 {\"port\": 2}\n", shell("$ipc file grep port config.json"));
        assertTrue(shell("$ipc file rollback config.json").startsWith("0 "));
        assertEquals("0   \"port\" : 1\n", shell("$ipc file grep port config.json"));
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsOn() throws Exception {
        Files.writeString(directory.resolve("lines"), "a line\n".repeat(1_000_000));
        assertEquals("0 a line\n0 0\n",
            shell("$ipc file grep line lines | head -1; echo ${PIPESTATUS[@]}"));
    }

    @Test
    void shouldFailWhenTheOutputCannotBeWritten() throws Exception {
        Files.writeString(directory.resolve("lines"), "a line\n");
        final String outcome = shell("$ipc file grep line lines > /dev/full");
        assertTrue(outcome.startsWith("1 ipc: cannot write to standard output: "), outcome);
    }
}
