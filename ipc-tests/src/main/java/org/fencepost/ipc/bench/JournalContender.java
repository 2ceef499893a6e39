package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Path;

/** A contender that keeps all messages in files, and shows them from the first one on. */
public interface JournalContender extends Contender {
    /**
     * Makes an empty journal.
     *
     * @param path     of a file or directory that nobody has made.
     * @param messages that there is to be room for.
     */
    Writer openWriter(Path path, Payload payload, long messages) throws IOException;

    /** Reads it from the first message on, in a process that has it open for that alone. */
    Receiver openReader(Path path, Checker checker) throws IOException;

    /** Used by one thread. */
    interface Writer extends AutoCloseable {
        /** Appends the next message; it may be kept back in the process. */
        void append(long sequence) throws IOException;

        /** Hands to the system whatever was kept back. */
        void flush() throws IOException;

        @Override
        void close() throws IOException;
    }
}
