package org.fencepost.ipc.bench;

import java.io.IOException;

/** Reading a journal from the first message on, from the page cache. */
final class JournalReplay extends JournalPass {
    static final String LABEL = "replay";

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Replaying a journal from the page cache, M msg/s";
    }

    @Override
    void prepare(final JournalContender contender, final Run run) throws IOException {
        write(contender, run, run.path("journal"));
    }

    @Override
    long pass(final JournalContender contender, final Run run) throws IOException {
        return read(contender, run, run.path("journal"));
    }
}
