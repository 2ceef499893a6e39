package org.fencepost.ipc.tests.death;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.fencepost.ipc.tests.child.ChildJvm;

/** Starts victims, one at a time. */
final class Victims implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /**
     * Forked processes have no compiler threads and no collector: the parent interprets, so that
     * they do not wait for the former, and its heap has room, so that they do not need the latter.
     */
    static final List<String> OPTIONS = List.of(
        "-Xint", "-XX:+UseSerialGC", "-Xms96m", "-Xmx96m", "-Xmn80m",
        "--enable-native-access=ALL-UNNAMED");

    private final Path directory;
    private final ChildJvm server;
    private int started;
    private Ledger ledger;

    /** With room for files beside the channels. */
    Victims(final Path directory) {
        NativeAccess.require();
        this.directory = directory;
        this.server = ChildJvm.start(
            OPTIONS, VictimServer.class, directory.resolve("warm").toString());
        server.awaitLine("READY", PATIENCE);
    }

    /**
     * Lets one live, and returns what became of it; {@link #ledger()} is its.
     *
     * @param from  where it begins to read, if it is one that has to be told.
     * @param focus method in which steps are counted; empty for all.
     * @param step  at which it sends itself the signal; 0 for never.
     */
    String run(
        final Life life, final Path path, final int author, final long from, final String focus,
        final long step, final int signal) {
        final Path file = directory.resolve("ledger-" + started++);
        ledger = Ledger.at(file);
        ledger.from(from);
        server.send(String.join(" ", life.name(), path.toString(), file.toString(),
            Integer.toString(author), Long.toString(step), Integer.toString(signal), focus));
        final String end = await();
        ledger.remove();
        if (!ledger.error().isEmpty() || end.equals("ENDED 1")) {
            throw new AssertionError(server.describe(
                life + " of author " + author + " with " + step + ": " + ledger.error()));
        }
        return end;
    }

    /** Sends the one that has stopped a signal, and returns what became of it. */
    String signal(final int signal) {
        server.send(Integer.toString(signal));
        final String end = await();
        if (!ledger.error().isEmpty()) {
            throw new AssertionError(server.describe(ledger.error()));
        }
        return end;
    }

    /** Of the last one. */
    Ledger ledger() {
        return ledger;
    }

    private String await() {
        try {
            return server.awaitLine("", PATIENCE);
        } catch (final AssertionError failure) {
            throw new AssertionError(
                "the victim did not come to its end; stopped at: " + ledger.place(), failure);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
