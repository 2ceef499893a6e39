package org.fencepost.ipc.tests.death;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;

/**
 * A child JVM that forks one process for each line, {@code life path ledger author step signal focus}.
 * Says what became of it: {@code DIED}, {@code ENDED}, or {@code STOPPED}; then the next line is the
 * signal that it is sent, and what becomes of it is said again.
 */
final class VictimServer {
    private VictimServer() {
    }

    /** First argument: a directory for the lives that are lived before any fork. */
    public static void main(final String[] arguments) throws IOException {
        warmUp(Path.of(arguments[0]));
        final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("READY");
        String line = lines.readLine();
        for (int served = 1; line != null; served++) {
            final int pid = Signals.fork();
            if (pid == 0) {
                serve(line.split(" "));
            }
            String end = Signals.await(pid);
            while (end.startsWith("STOPPED")) {
                System.out.println(end + " " + pid);
                Signals.kill(pid, Integer.parseInt(lines.readLine()));
                end = Signals.await(pid);
            }
            System.out.println(end);
            if (served % 64 == 0) {
                // A forked process has no collector, so what it inherits is kept small.
                System.gc();
            }
            line = lines.readLine();
        }
    }

    private static void serve(final String[] words) {
        final Ledger ledger = Ledger.at(Path.of(words[2]));
        int status = 0;
        try {
            Life.valueOf(words[0]).run(
                Path.of(words[1]), Integer.parseInt(words[3]), ledger,
                new Steps(ledger, words.length > 6 ? words[6] : "",
                    Long.parseLong(words[4]), Integer.parseInt(words[5])));
        } catch (final Throwable failure) {
            ledger.error(failure + " at " + failure.getStackTrace()[0]);
            failure.printStackTrace();
            status = 1;
        }
        Signals.exit(status);
    }

    /** Loads and links everything, so that no victim spends its life on that. */
    private static void warmUp(final Path directory) throws IOException {
        Files.createDirectories(directory);
        final Ledger ledger = Ledger.at(directory.resolve("ledger"));
        int author = 0;
        for (final boolean ring : new boolean[] {true, false}) {
            final Path path = directory.resolve(ring ? "ring" : "journal");
            try (Channel channel = Channel.open(path, ring ? Life.ring() : Life.journal())) {
                channel.housekeeping().byHand();
                for (final Life life : Life.values()) {
                    try (Publisher publisher = channel.addPublisher()) {
                        new Member(author++, ledger).publish(publisher, 0);
                    }
                    life.run(life.name().endsWith("CREATOR")
                        ? directory.resolve(path.getFileName() + life.name()) : path,
                        author++, ledger, new Steps(ledger, "None.none", 0, 0));
                }
            }
        }
        ledger.remove();
    }
}
