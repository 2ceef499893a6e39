package org.fencepost.ipc.demo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs the common commands once, in one JVM and for nobody: the start script keeps the classes that the JVM has
 * loaded for it, and starts the tool from there.
 */
final class Training {
    /** More than a segment takes. */
    private static final String TEXT = "one\ntwo\nthree\n".repeat(5_000);

    private Training() {
    }

    /** Works in a directory, which is made. */
    public static void main(final String[] arguments) throws IOException {
        final Path place = Files.createDirectories(Path.of(arguments[0]));
        final Path text = Files.writeString(place.resolve("text"), TEXT);
        final String ring = place.resolve("ring").toString();
        final String journal = place.resolve("journal").toString();
        run("--version");
        run("--help");
        run("publish", "--json", "--create", "--ring", "64k", ring);
        run("publish", "--create", "--journal", "--segment", "64k", journal, text.toString());
        run("ls", place.toString());
        run("stat", journal);
        run("tail", journal);
        run("grep", "-F", "-c", "two", journal);
        run("grep", "t[a-z]o", journal);
        run("verify", journal);
        run("export", journal);
        run("rm", journal);
        run("rm", ring);
    }

    private static void run(final String... command) {
        final Output out = new Output(OutputStream.nullOutputStream(), false, false);
        Ipc.commandLine(
            new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_8)), out, command)
            .execute(command);
        out.flush();
    }
}
