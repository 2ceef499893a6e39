package org.fencepost.ipc.demo;

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

/** The script {@code ipc}, as a shell calls it: {@code $ipc}, in processes of its own. */
public final class ToolShell {
    private final Path directory;
    private final Path launcher;

    /** Makes a checkout in which everything is built: its jar leads to the classes of the test. */
    public ToolShell(final Path directory) throws IOException {
        this.directory = directory;
        final Path module = Files.createDirectories(directory.resolve("checkout/ipc-demo"));
        launcher = module.resolve("ipc");
        Files.copy(Path.of("ipc"), launcher);
        if (!launcher.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + launcher + " executable");
        }
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
        // No archive can be made of directories with classes.
        Files.createFile(module.resolve("target/ipc.jsa"));
    }

    /** Exit code and everything that was printed by a line of shell in the directory. */
    public String run(final String line) throws Exception {
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
}
