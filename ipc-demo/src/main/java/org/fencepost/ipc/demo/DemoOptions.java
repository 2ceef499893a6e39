package org.fencepost.ipc.demo;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one run of the demo is to do.
 *
 * @param input            file, or directory with files, whose lines are sent.
 * @param messages         to send, by all producers together.
 * @param producers        number of producer processes.
 * @param consumers        number of consumer processes; each receives every message.
 * @param journal          whether the channel is a journal that is kept; otherwise a ring.
 * @param journalDirectory where the journal goes; a fresh directory if empty.
 * @param json             whether the result is printed as JSON.
 * @param rate             messages a second of all producers together; full speed if empty.
 * @param kill             whether the last producer is killed inside a claim, half-way.
 */
record DemoOptions(
    Path input,
    long messages,
    int producers,
    int consumers,
    boolean journal,
    Optional<Path> journalDirectory,
    boolean json,
    OptionalDouble rate,
    boolean kill) {

    /** Messages that the producer of this index sends: the first ones send the remainder. */
    long share(final int producer) {
        return messages / producers + (producer < messages % producers ? 1 : 0);
    }

    /** The producer that is killed: the last one, whose share is never the larger one. */
    int doomed() {
        return producers - 1;
    }

    /** Messages that all producers together commit. */
    long expected() {
        return messages - (kill ? share(doomed()) - committedByDoomed() : 0);
    }

    /** Messages that the one that is killed commits before the claim that it leaves. */
    long committedByDoomed() {
        return share(doomed()) / 2;
    }
}
