package org.fencepost.ipc.bench;

import java.nio.file.Path;

/** A contender that carries messages from one JVM to another. */
public interface MessageContender extends Contender {
    /** Processes that may publish at a time. */
    default int sendersMax() {
        return 1;
    }

    /** Processes that may receive at a time, each of them everything. */
    default int receiversMax() {
        return 1;
    }

    /** Whether a lone message waits for others, so that there is no time to take of it. */
    default boolean keepsBack() {
        return false;
    }

    /**
     * Whether everything that is sent stays in files, and nobody holds the sender back: then a run
     * ends after a bounded number of messages.
     */
    default boolean keepsAll() {
        return false;
    }

    /**
     * Called once in each process of a run, before it opens anything.
     *
     * @param directory of all paths that are opened.
     * @param isFirst   in one process, which publishes; others may have begun before it.
     */
    default void begin(final Path directory, final boolean isFirst) {
    }

    /**
     * The publishing side.
     *
     * @param path    shared by both sides; whoever comes first creates what is missing there.
     * @param payload writes the messages.
     */
    Sender openSender(Path path, Payload payload);

    /**
     * The polling side. It must see every message that is sent after this method has returned.
     *
     * @param path    shared by both sides; whoever comes first creates what is missing there.
     * @param checker must be shown every message, in place where the contender's users read so.
     */
    Receiver openReceiver(Path path, Checker checker);
}
