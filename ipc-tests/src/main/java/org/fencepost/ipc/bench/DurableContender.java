package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Path;

/** A contender that brings messages to the disk for threads that wait for it. */
public interface DurableContender extends Contender {
    /** Processes that may append to one log at a time. */
    int processesMax();

    /** Threads that may wait at a time, of all processes. */
    int waitersMax();

    /**
     * Opens the log of a run.
     *
     * @param path shared by all processes; whoever comes first creates what is missing there.
     */
    Log open(Path path) throws IOException;

    /** What one process has of a log. */
    interface Log extends AutoCloseable {
        /** For one thread, which appends the messages of this payload. */
        Appender newAppender(Payload payload) throws IOException;

        /** Blocks until everything below a position is on the disk. Any thread. */
        void awaitDurable(long position) throws IOException, InterruptedException;

        /** Shows the checker everything that this process has appended; nobody in it appends any more. */
        void readAll(Checker checker) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** One thread's way into a log. */
    @FunctionalInterface
    interface Appender {
        /** Appends a message, and returns the position behind it; nothing is said of the disk. */
        long append(long sequence) throws IOException;
    }
}
