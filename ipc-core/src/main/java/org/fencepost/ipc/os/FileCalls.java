package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The calls by which files and directories change durably, one method a call. Everything that has
 * to survive a crash is made of these, so that a test can stand between and let any of them fail or
 * record their order. Stateless for its users; any thread may call.
 *
 * <p>Each is made once. A call that a signal interrupted throws
 * {@link java.io.InterruptedIOException}, and {@link RetryingFileCalls} repeats it; a thread that
 * is {@linkplain Thread#interrupt() interrupted} is no reason to fail. Other failures are the
 * {@link java.nio.file.FileSystemException} of their kind, which names the call and the error.
 */
public interface FileCalls {
    /**
     * Makes a file that was not there, and opens it for reading and writing.
     *
     * @param permissions nine bits, from which the process's umask is taken
     * @throws java.nio.file.FileAlreadyExistsException if there is anything of that name
     */
    FileHandle create(Path file, int permissions) throws IOException;

    /** Opens a regular file that is there, no symbolic link, for reading and maybe for writing. */
    FileHandle open(Path file, boolean writable) throws IOException;

    /**
     * What is at a path; empty if nothing is.
     *
     * @param follow whether a symbolic link stands for what it leads to
     */
    Optional<FileStatus> status(Path file, boolean follow) throws IOException;

    /**
     * As {@link #status}, of something that has to be there.
     *
     * @throws NoSuchFileException if nothing is.
     */
    default FileStatus requireStatus(final Path file, final boolean follow) throws IOException {
        final Optional<FileStatus> status = status(file, follow);
        if (status.isEmpty()) {
            throw new NoSuchFileException(file.toString());
        }
        return status.get();
    }

    /** Renames, and replaces what has the new name; both names are in one file system. */
    void rename(Path from, Path to) throws IOException;

    /** Gives a file one more name. */
    void link(Path existing, Path name) throws IOException;

    /** Removes a name that is no directory's. */
    void unlink(Path file) throws IOException;

    /** Makes a directory with the permissions, from which the process's umask is taken. */
    void makeDirectory(Path directory, int permissions) throws IOException;

    /** Sets the twelve bits of a directory's permissions. */
    void changePermissions(Path directory, int permissions) throws IOException;

    /** Returns when what was created, renamed, linked and removed in a directory is durable. */
    void syncDirectory(Path directory) throws IOException;
}
