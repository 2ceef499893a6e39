package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Appending to a new journal, as fast as it goes; nobody waits for the disk. */
final class JournalAppend extends JournalPass {
    static final String LABEL = "append";

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Appending to a journal that has room, M msg/s";
    }

    @Override
    void prepare(final JournalContender contender, final Run run) {
        // A journal is made for each pass.
    }

    @Override
    long pass(final JournalContender contender, final Run run) throws IOException {
        final Path path = run.path("journal");
        final long nanos = write(contender, run, path);
        read(contender, run, path);
        delete(path);
        return nanos;
    }
}
