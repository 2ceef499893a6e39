package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code ipc} in a made-up checkout; its java and mvn say how they were called. */
@Timeout(60)
class LauncherTest {
    private static final String BUILDING = "ipc: building with Maven";
    private static final String RUNNING = "-0.1.jar org.fencepost.ipc.demo.Ipc demo --json";

    @TempDir
    private Path directory;

    private Path project;
    private Path launcher;
    private Path commands;

    @BeforeEach
    void makeCheckout() throws IOException {
        project = Files.createDirectories(directory.resolve("a project"));
        commands = Files.createDirectories(directory.resolve("commands"));
        for (final String module : List.of("ipc-core", "ipc-demo")) {
            write(project.resolve(module + "/pom.xml"), "");
            write(project.resolve(module + "/src/main/java/Source.java"), "");
        }
        write(project.resolve("pom.xml"), "");
        launcher = project.resolve("ipc-demo/ipc");
        Files.copy(Path.of("ipc"), launcher);
        executable(launcher);
        script(commands.resolve("mvn"), "echo \"mvn: $JAVA25_HOME $*\"; mkdir -p '"
            + project + "/ipc-demo/target/lib'; : > '"
            + project + "/ipc-demo/target/ipc-demo-0.1.jar'");
    }

    @Test
    void shouldRefuseJdkWhenItIsTooOld() throws Exception {
        final Path jdk = jdk("old", 24);
        assertEquals("1 ipc: IPC_JAVA=" + jdk + " is no JDK of release 25 or newer\n",
            launch(Map.of("IPC_JAVA", jdk.toString())));
    }

    @Test
    void shouldRefuseJdkWhenThereIsNone() throws Exception {
        assertEquals("1 ipc: IPC_JAVA=/no/such is no JDK of release 25 or newer\n",
            launch(Map.of("IPC_JAVA", "/no/such")));
    }

    @Test
    void shouldSayHowManyFilesItIsToOpenWhenItMayOpenFewer() throws Exception {
        final Process process = new ProcessBuilder("sh", "-c", "ulimit -n 19; exec \"$0\" demo", launcher.toString())
            .redirectErrorStream(true).start();
        process.getOutputStream().close();
        assertEquals("ipc: this process may open 19 files, expected 20 or more; allow them: ulimit -n 20\n",
            new String(process.getInputStream().readAllBytes()));
        assertEquals(1, process.waitFor());
    }

    @Test
    void shouldTakeJavaHomeBeforeJavaInPath() throws Exception {
        final Path home = jdk("home", 26);
        Files.createSymbolicLink(commands.resolve("java"), jdk("path", 25).resolve("bin/java"));
        assertTrue(launch(Map.of("JAVA_HOME", home.toString())).contains("java: home"));
    }

    @Test
    void shouldTakeJavaInPathWhenJavaHomeIsTooOld() throws Exception {
        final Path home = jdk("home", 17);
        Files.createSymbolicLink(commands.resolve("java"), jdk("path", 25).resolve("bin/java"));
        assertTrue(launch(Map.of("JAVA_HOME", home.toString())).contains("java: path"));
    }

    @Test
    void shouldTakeJavaFileWhenIpcJavaNamesIt() throws Exception {
        final Path java = jdk("given", 25).resolve("bin/java");
        assertTrue(launch(Map.of("IPC_JAVA", java.toString())).contains("java: given"));
    }

    @Test
    void shouldBuildOnceAndRunWhenNothingIsBuilt() throws Exception {
        final Map<String, String> environment = Map.of("IPC_JAVA", jdk("given", 25).toString());
        final String first = launch(environment);
        assertTrue(first.startsWith("0 " + BUILDING), first);
        assertTrue(first.contains("mvn: " + directory + "/given -q "), first);
        assertTrue(first.contains(RUNNING), first);
        final String second = launch(environment);
        assertTrue(second.startsWith("0 java: given "), second);
        assertTrue(second.contains(RUNNING), second);
    }

    @Test
    void shouldMakeClassDataOnceWhenAJarIsNewBeItWithAnOldTime() throws Exception {
        final Path jdk = jdk("given", 25);
        final Path made = directory.resolve("made");
        script(jdk.resolve("bin/java"), "for option; do case $option in"
            + " -XX:AOTCacheOutput=*) echo data > \"${option#*=}\"; echo . >> '" + made
            + "';; esac; done; echo \"java: $*\"");
        final Map<String, String> environment = Map.of("IPC_JAVA", jdk.toString());
        final String option = "-XX:AOTCache=" + project + "/ipc-demo/target/ipc.aot ";
        assertTrue(launch(environment).contains(option));
        assertTrue(launch(environment).contains(option));
        assertEquals(".\n", Files.readString(made));
        final Path data = project.resolve("ipc-demo/target/ipc.aot");
        final Path jar = project.resolve("ipc-demo/target/lib/ipc-core-0.1.jar");
        do {
            write(jar, "");
            Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        } while (((FileTime) Files.getAttribute(jar, "unix:ctime"))
            .compareTo(Files.getLastModifiedTime(data)) <= 0);
        assertTrue(launch(environment).contains(option));
        assertEquals(".\n.\n", Files.readString(made));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xshare:off", "-XX:SharedArchiveFile=other.jsa", "-XX:AOTCache=other.aot"})
    void shouldHaveNoLinkedClassesWhereTheEnvironmentHasOthers(final String option) throws Exception {
        final Path jdk = jdk("given", 25);
        script(jdk.resolve("bin/java"), "for option; do case $option in"
            + " -XX:AOTCacheOutput=*) echo data > \"${option#*=}\";; esac; done; echo \"java: $* [$IPC_CLASSES]\"");
        final Map<String, String> alone = Map.of("IPC_JAVA", jdk.toString());
        final String classes = project + "/ipc-demo/target/ipc.aot";
        final String with = launch(alone);
        assertTrue(with.contains(" -XX:AOTCache=" + classes + " ") && with.endsWith(" [" + classes + "]\n"), with);
        final String without = launch(Map.of("IPC_JAVA", jdk.toString(), "JAVA_TOOL_OPTIONS", option));
        assertTrue(!without.contains(" -XX:AOTCache=") && without.endsWith(" []\n"), without);
    }

    @Test
    void shouldHaveJarsOfWhichClassDataCanBeMadeBeforeItIsMade() throws Exception {
        final Path jdk = jdk("given", 25);
        final Path calls = directory.resolve("calls");
        script(jdk.resolve("bin/java"), "echo \"$*\" >> '" + calls + "'");
        launch(Map.of("IPC_JAVA", jdk.toString()));
        final List<String> called = Files.readAllLines(calls);
        assertEquals(3, called.size(), called.toString());
        assertTrue(called.get(0).endsWith(" org.fencepost.ipc.demo.ArchivableJars " + project
            + "/ipc-demo/target/lib"), called.toString());
        assertTrue(called.get(1).contains(" -XX:AOTCacheOutput="), called.toString());
        assertTrue(called.get(2).endsWith(RUNNING), called.toString());
    }

    @Test
    void shouldRunWithoutClassDataWhenNoneCanBeMade() throws Exception {
        final Map<String, String> environment = Map.of("IPC_JAVA", jdk("given", 25).toString());
        assertTrue(launch(environment).contains(RUNNING));
        final String outcome = launch(environment);
        assertTrue(outcome.contains(RUNNING), outcome);
        assertTrue(!outcome.contains("AOTCache"), outcome);
        assertEquals(0, Files.size(project.resolve("ipc-demo/target/ipc.aot")));
    }

    @Test
    void shouldLeaveStandardInputToTheCommandWhenItBuilds() throws Exception {
        script(commands.resolve("mvn"), "cat; mkdir -p '" + project + "/ipc-demo/target/lib'; : > '"
            + project + "/ipc-demo/target/ipc-demo-0.1.jar'");
        final Path jdk = jdk("given", 25);
        script(jdk.resolve("bin/java"), "echo \"java: $(cat)\"");
        final String outcome = launch(Map.of("IPC_JAVA", jdk.toString()));
        assertTrue(outcome.endsWith("\njava: to be read\n"), outcome);
    }

    @Test
    void shouldChooseTheCollectorWhenTheEnvironmentHasAnotherOne() throws Exception {
        final Path jdk = jdk("given", 25);
        script(jdk.resolve("bin/java"), "echo \"java: $1 [$JAVA_TOOL_OPTIONS] [$_JAVA_OPTIONS]\"");
        final String outcome = launch(Map.of("IPC_JAVA", jdk.toString(), "JAVA_TOOL_OPTIONS",
            "-Xmx64m -XX:+UseZGC -XX:-UseG1GC -Da=b", "_JAVA_OPTIONS", "-XX:+UseParallelGC"));
        assertTrue(outcome.endsWith("\njava: -XX:+UseSerialGC [-Xmx64m   -Da=b] []\n"), outcome);
    }

    @Test
    void shouldBuildAgainWhenSourceIsNewer() throws Exception {
        final Map<String, String> environment = Map.of("IPC_JAVA", jdk("given", 25).toString());
        launch(environment);
        Files.setLastModifiedTime(
            project.resolve("ipc-core/src/main/java/Source.java"),
            FileTime.from(Instant.now().plusSeconds(10)));
        final String outcome = launch(environment);
        assertTrue(outcome.startsWith("0 " + BUILDING), outcome);
    }

    @Test
    void shouldStopWhenBuildFails() throws Exception {
        script(commands.resolve("mvn"), "echo compilation error; exit 1");
        final String outcome = launch(Map.of("IPC_JAVA", jdk("given", 25).toString()));
        assertTrue(outcome.startsWith("1 " + BUILDING), outcome);
        assertTrue(outcome.endsWith(
            "compilation error\nipc: the build failed; its output is above\n"), outcome);
    }

    @Test
    void shouldSayWhoIsToBuildWhenItCannot() throws Exception {
        write(project.resolve("ipc-demo/target"), "no directory");
        final String outcome = launch(Map.of("IPC_JAVA", jdk("given", 25).toString()));
        assertTrue(outcome.startsWith("1 " + BUILDING), outcome);
        assertTrue(outcome.endsWith("\nipc: cannot build in " + project
            + "/ipc-demo/target: let its owner do so by " + launcher + " --version\n"), outcome);
    }

    @Test
    void shouldFindItselfWhenCalledThroughLink() throws Exception {
        final Path link = directory.resolve("link");
        Files.createSymbolicLink(link, Path.of("a project/ipc-demo/ipc"));
        launcher = link;
        final String outcome = launch(Map.of("IPC_JAVA", jdk("given", 25).toString()));
        assertTrue(outcome.contains(RUNNING), outcome);
    }

    /** Exit code and all output of the launcher in an environment with nothing but this. */
    private String launch(final Map<String, String> environment) throws Exception {
        final ProcessBuilder builder =
            new ProcessBuilder(launcher.toString(), "demo", "--json").redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", commands + ":/usr/bin:/bin");
        builder.environment().putAll(environment);
        final Process process = builder.start();
        try (OutputStream input = process.getOutputStream()) {
            input.write("to be read".getBytes());
        } catch (final IOException ended) {
            // It did not want to read.
        }
        final String output = new String(process.getInputStream().readAllBytes());
        return process.waitFor() + " " + output;
    }

    private Path jdk(final String name, final int release) throws IOException {
        final Path home = directory.resolve(name);
        write(home.resolve("release"),
            "IMPLEMENTOR=\"nobody\"\nJAVA_VERSION=\"" + release + ".0.1\"\n");
        script(Files.createDirectories(home.resolve("bin")).resolve("java"),
            "echo \"java: " + name + " $*\"");
        return home;
    }

    private static void script(final Path file, final String commands) throws IOException {
        write(file, "#!/bin/sh\n" + commands + "\n");
        executable(file);
    }

    private static void executable(final Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(final Path file, final String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
