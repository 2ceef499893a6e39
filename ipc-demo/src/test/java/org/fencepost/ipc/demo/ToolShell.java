package org.fencepost.ipc.demo;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * The script {@code ipc}, as a shell calls it: {@code $ipc}, in processes of its own. It is that of
 * a checkout in which everything is built, which all tests of this JVM share, and with it the class
 * data that it has made at its first start: most of what such a process costs is its start.
 */
public final class ToolShell {
    private static final Path PROJECT = Path.of("target/tool-checkout").toAbsolutePath();
    private static final Path MODULE = PROJECT.resolve("ipc-demo");
    private static final Path LAUNCHER = MODULE.resolve("ipc");
    private static final Path JAR = MODULE.resolve("target/ipc-demo-0.jar");
    private static boolean made;

    private final Path directory;

    /** In this directory. */
    public ToolShell(final Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        makeCheckout();
    }

    /** The beginning of a command line, as the script makes it, with these options. */
    static List<String> java(final String... options) throws IOException, InterruptedException {
        makeCheckout();
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
            "-XX:AOTCache=" + MODULE.resolve("target/ipc.aot"), "-Xlog:aot=off", "-Xlog:cds=off"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", JAR.toString(), Ipc.class.getName()));
        return command;
    }

    private static synchronized void makeCheckout() throws IOException, InterruptedException {
        if (made) {
            return;
        }
        if (Files.exists(PROJECT)) {
            try (Stream<Path> files = Files.walk(PROJECT)) {
                for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        for (final String built : new String[] {"ipc-core", "ipc-demo"}) {
            Files.createDirectories(PROJECT.resolve(built).resolve("src/main"));
            Files.createFile(PROJECT.resolve(built).resolve("pom.xml"));
        }
        Files.createFile(PROJECT.resolve("pom.xml"));
        Files.createDirectories(MODULE.resolve("target/lib"));
        Files.copy(Path.of("ipc"), LAUNCHER);
        if (!LAUNCHER.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + LAUNCHER + " executable");
        }
        makeJar();
        final ProcessBuilder first = new ProcessBuilder(LAUNCHER.toString(), "--version")
            .redirectErrorStream(true);
        first.environment().put("IPC_JAVA", System.getProperty("java.home"));
        final Process process = first.start();
        final String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || Files.size(MODULE.resolve("target/ipc.aot")) == 0) {
            throw new IOException("expected linked classes of the checkout, found none: " + output);
        }
        made = true;
    }

    /** Of all that is compiled here, for there is no class data of directories. */
    private static void makeJar() throws IOException {
        final List<String> others = new ArrayList<>();
        final TreeMap<String, Path> compiled = new TreeMap<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            final Path path = Path.of(entry);
            if (!Files.isDirectory(path)) {
                others.add(path.toUri().toString());
            } else if (!path.endsWith("test-classes")) {
                try (Stream<Path> files = Files.walk(path)) {
                    files.filter(Files::isRegularFile).forEach(file ->
                        compiled.put(path.relativize(file).toString(), file));
                }
            }
        }
        final Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", others));
        try (OutputStream file = Files.newOutputStream(JAR);
             JarOutputStream jar = new JarOutputStream(file, manifest)) {
            jar.setLevel(0);
            for (final String name : compiled.keySet()) {
                jar.putNextEntry(new ZipEntry(name));
                Files.copy(compiled.get(name), jar);
            }
        }
    }

    /** Exit code and everything that was printed by a line of shell in the directory. */
    public String run(final String line) throws Exception {
        final ProcessBuilder builder = new ProcessBuilder("bash", "-c", line)
            .directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("IPC_JAVA", System.getProperty("java.home"));
        builder.environment().put("ipc", LAUNCHER.toString());
        final Process process = builder.start();
        process.getOutputStream().close();
        final String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }
}
