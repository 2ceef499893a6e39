package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that {@link FileCalls} opened, with the same rules. For one thread at a time. */
public interface FileHandle extends AutoCloseable {
    /** Writes some of what remains in {@code source}, at least a byte, and says how many. */
    int write(ByteBuffer source, long position) throws IOException;

    /** Reads some bytes, at most as many as {@code target} has room for; -1 at the end. */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * Has the file system set blocks aside for the first bytes of the file, which becomes that long if it is
     * shorter; they read as zeros. After a failure it may be longer than it was.
     *
     * <p>The portable platform writes zeros behind the present end.
     */
    void allocate(long bytes) throws IOException;

    /** Gives the file to a user and a group. The kernel may take set-user-id bits away. */
    void changeOwner(int user, int group) throws IOException;

    /** Sets the twelve bits of the permissions. */
    void changePermissions(int permissions) throws IOException;

    /**
     * Has the system begin to write what is dirty in a range, where it can, and waits for nothing. It says
     * nothing of what is on the disk, and takes no error from {@link #sync}.
     */
    default void startWriting(final long position, final long lengthBytes) throws IOException {
        // It begins when it likes.
    }

    /** Has the system begin to read a range, where it can, into pages that are not many together. */
    default void startReading(final long position, final long lengthBytes) throws IOException {
        // It reads what is asked for.
    }

    /**
     * Has the system forget what it has in memory of a range, where it can: pages that are as they are on the disk, and
     * that nobody has mapped. It begins to write the others. Nothing is lost, and nothing is said of {@link #sync}.
     */
    default void forget(final long position, final long lengthBytes) throws IOException {
        // It forgets when it likes.
    }

    /** Returns when content, size, owner and permissions are durable. The name is not included. */
    void sync() throws IOException;

    /** What is open here. */
    FileStatus status() throws IOException;

    /** Closes it; what was not synced by then may still be lost without notice. Idempotent. */
    @Override
    void close();
}
