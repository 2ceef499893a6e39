package org.fencepost.ipc.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with the class path of this one, which does not outlive its test. */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ChildJvm(final List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static ChildJvm start(final Class<?> main, final Object... arguments) throws IOException {
        return new ChildJvm(
            command(List.of("--enable-native-access=ALL-UNNAMED"), main, arguments));
    }

    /** Starts it with options, which may set another heap than 64 MiB. */
    public static ChildJvm start(
        final List<String> options, final Class<?> main, final Object... arguments)
        throws IOException {
        return new ChildJvm(command(options, main, arguments));
    }

    /** Starts it from a shell that first limits the size of files. */
    static ChildJvm startWithFileLimit(
        final int blocks, final Class<?> main, final Object... arguments) throws IOException {
        return startWithLimit("-f " + blocks, main, arguments);
    }

    /** Starts it from a shell that first sets a limit, as {@code ulimit} takes it. */
    public static ChildJvm startWithLimit(
        final String limit, final Class<?> main, final Object... arguments) throws IOException {
        final List<String> command = new ArrayList<>(
            List.of("sh", "-c", "ulimit " + limit + " && exec \"$@\"", "sh"));
        command.addAll(command(
            List.of("--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData"), main, arguments));
        return new ChildJvm(command);
    }

    /** Starts it as a user who may read everything and write nothing; only root can. */
    public static ChildJvm startWithoutWriting(final Class<?> main, final Object... arguments)
        throws IOException {
        final List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=65534",
            "--regid=65534", "--clear-groups", "--inh-caps=-all,+dac_read_search",
            "--ambient-caps=-all,+dac_read_search"));
        command.addAll(command(
            List.of("--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData"), main, arguments));
        return new ChildJvm(command);
    }

    /**
     * Starts it as another user, in one group and perhaps in another, with a umask; only root can. It may read
     * everything, as the class path may be where nobody else may look.
     */
    public static ChildJvm startAs(
        final int user, final int group, final int otherGroup, final String umask, final Class<?> main,
        final Object... arguments) throws IOException {
        final List<String> command = new ArrayList<>(
            List.of("sh", "-c", "umask " + umask + " && exec \"$@\"", "sh"));
        command.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + group,
            "--groups=" + otherGroup, "--inh-caps=-all,+dac_read_search",
            "--ambient-caps=-all,+dac_read_search"));
        command.addAll(command(
            List.of("--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData"), main, arguments));
        return new ChildJvm(command);
    }

    private static List<String> command(
        final List<String> options, final Class<?> main, final Object... arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:-CreateCoredumpOnCrash"));
        command.addAll(options);
        command.addAll(List.of("-XX:+ErrorFileToStdout"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (final Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    /** The next line that it prints; null when it has ended. */
    public String line() throws IOException {
        return output.readLine();
    }

    /** Everything that it still prints until it ends. */
    public String rest() throws IOException {
        return String.join("\n", output.lines().toList());
    }

    public int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("child JVM " + process.pid() + " did not end in 60 s");
        }
        return process.exitValue();
    }

    /** SIGKILL, where there is such a thing. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
