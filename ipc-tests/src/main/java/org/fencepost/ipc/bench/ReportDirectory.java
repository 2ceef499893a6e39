package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory with everything about a benchmark: {@code report.md}, {@code report.json}, plots, and
 * a JSON file for each run below {@code runs}. Files of the same names are replaced.
 */
final class ReportDirectory {
    private final Path directory;

    ReportDirectory(final Path directory) {
        this.directory = directory;
    }

    void write(final Findings findings) {
        try {
            final Path runs = Files.createDirectories(directory.resolve("runs"));
            new JsonReport(findings).writeRuns(runs);
            new JsonReport(findings).write(directory.resolve("report.json"));
            try (PrintStream out = new PrintStream(
                Files.newOutputStream(directory.resolve("report.md")), false,
                StandardCharsets.UTF_8)) {
                new MarkdownReport(findings, out).print();
                plots(findings, out);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write to " + directory, e);
        }
    }

    private void plots(final Findings findings, final PrintStream out) {
        try {
            final List<String> files = new Plots(findings.samples(), directory).draw();
            out.println();
            files.forEach(file -> out.println("![" + file + "](" + file + ")"));
        } catch (final LinkageError | InternalError e) {
            // A JDK without what it draws text with: fonts, or the libraries for them.
            out.println();
            out.println("No plots: this machine cannot draw text: " + e);
        }
    }
}
