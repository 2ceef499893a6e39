package org.fencepost.ipc.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the figures depend on besides the programs. */
record Machine(
    String cpu, int cpuCount, String kernel, String jdk, String fileSystem, List<Integer> cpus,
    boolean taskset) {

    private static final String UNKNOWN = "unknown";

    static Machine here(final BenchmarkOptions options) {
        final List<Integer> allowed = allowedCpus();
        if (options.cpus().isEmpty() && allowed.size() < 2) {
            throw new UsageException("two CPUs are needed, one process on each, but only "
                + allowed + " is allowed here");
        }
        return new Machine(
            lineValue(Path.of("/proc/cpuinfo"), "model name"),
            allowed.size(),
            System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"),
            System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + " ("
                + System.getProperty("java.vendor") + ")",
            fileSystemOf(options.directory()),
            options.cpus().isEmpty() ? allowed.subList(0, 2) : options.cpus(),
            isOnPath("taskset"));
    }

    /** The same with another directory. */
    Machine on(final Path directory) {
        return new Machine(cpu, cpuCount, kernel, jdk, fileSystemOf(directory), cpus, taskset);
    }

    /**
     * The words before a command that pin it to a core. Those that publish take cores from the
     * first one on, those that receive from the last one back; they share cores with their like if
     * there are not enough.
     */
    List<String> pinning(final Part part, final int senders, final int receivers) {
        if (!taskset) {
            return List.of();
        }
        final int count = cpus.size();
        final int place = part.receives()
            ? count - 1 - part.index() % Math.max(1, count - senders)
            : part.index() % Math.max(1, count - receivers);
        return List.of("taskset", "-c", Integer.toString(cpus.get(place)));
    }

    /** Processes that want to run, averaged over a minute: above 0 before a run, others work. */
    static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        } catch (final IOException e) {
            return UNKNOWN;
        }
    }

    private static String fileSystemOf(final Path directory) {
        try {
            return directory + " (" + Files.getFileStore(directory).type() + ")";
        } catch (final IOException e) {
            throw new UsageException("--directory " + directory + " cannot be used: " + e);
        }
    }

    private static List<Integer> allowedCpus() {
        final String ranges = lineValue(Path.of("/proc/self/status"), "Cpus_allowed_list");
        final List<Integer> cpus = new ArrayList<>();
        if (ranges.equals(UNKNOWN)) {
            for (int cpu = 0; cpu < Runtime.getRuntime().availableProcessors(); cpu++) {
                cpus.add(cpu);
            }
            return cpus;
        }
        for (final String range : ranges.split(",")) {
            final String[] ends = range.split("-");
            final int last = Integer.parseInt(ends[ends.length - 1]);
            for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    private static String lineValue(final Path file, final String key) {
        try {
            for (final String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (final IOException e) {
            // Not Linux, or not readable: the report says that it is unknown.
        }
        return UNKNOWN;
    }

    private static boolean isOnPath(final String command) {
        final String path = System.getenv().getOrDefault("PATH", "");
        for (final String directory : path.split(File.pathSeparator)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, command))) {
                return true;
            }
        }
        return false;
    }

    /** What a reader of figures has to know of it, in a line. */
    String summary() {
        return cpu() + ", " + cpuCount() + " CPUs, " + kernel() + ", " + jdk() + ", " + fileSystem()
            + ", load " + loadAverage();
    }
}
