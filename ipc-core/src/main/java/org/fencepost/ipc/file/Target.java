package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileStatus;

/** Where a file really is: symbolic links resolved or refused, parents made. */
final class Target {
    /** As many as the kernel follows. */
    private static final int LINKS_MAX = 40;
    private static final int DIRECTORY_PERMISSIONS = 0777;

    private Target() {
    }

    /** The path of the file itself, which may not exist; never that of a symbolic link. */
    static Path resolve(final FileCalls calls, final Path path, final boolean followLinks)
        throws IOException {
        Path file = path.toAbsolutePath();
        for (int links = 0; links <= LINKS_MAX; links++) {
            final Optional<FileStatus> there = calls.status(file, false);
            if (there.isEmpty() || !there.get().isSymbolicLink()) {
                return file;
            }
            if (!followLinks) {
                throw new FileSystemException(path.toString(), null,
                    "expected a regular file or nothing, found a symbolic link, which is not to "
                        + "be followed");
            }
            // Not normalized: what ".." means depends on the links before it.
            file = directoryOf(file).resolve(Files.readSymbolicLink(file));
        }
        throw new FileSystemException(
            path.toString(), null, "expected at most " + LINKS_MAX + " symbolic links, found more");
    }

    /** The directory of an absolute path of a file. */
    static Path directoryOf(final Path file) throws IOException {
        final Path parent = file.getParent();
        if (parent == null || file.endsWith(".") || file.endsWith("..")) {
            throw new FileSystemException(
                file.toString(), null, "expected a path with a file name, found a directory");
        }
        return parent;
    }

    /** Refuses the name of a file that somebody would remove. */
    static void requireLasting(final Path file) throws IOException {
        if (Leftovers.isTemporary(file)) {
            throw new FileSystemException(file.toString(), null,
                "names like this are those of temporary files, which are removed; take another");
        }
    }

    /**
     * Makes a directory and those above it that are missing, each durable before it is used.
     * Another process may be making the same ones: who finds that one has come meanwhile syncs it
     * all the same.
     */
    static void makeDirectories(
        final FileCalls calls, final Path directory, final int permissions) throws IOException {
        final Deque<Path> missing = new ArrayDeque<>();
        Path path = directory;
        while (path != null && calls.status(path, true).isEmpty()) {
            missing.push(path);
            path = path.getParent();
        }
        for (final Path made : missing) {
            try {
                calls.makeDirectory(made, permissions);
            } catch (final FileAlreadyExistsException byAnother) {
                if (calls.status(made, true).isEmpty()) {
                    throw byAnother;
                }
            }
            calls.syncDirectory(made.getParent() == null ? made : made.getParent());
        }
    }

    /** Makes the parents of a file, or insists on them. */
    static void prepareDirectory(
        final FileCalls calls, final Path directory, final boolean create) throws IOException {
        if (create) {
            makeDirectories(calls, directory, DIRECTORY_PERMISSIONS);
        } else if (calls.status(directory, true).isEmpty()) {
            throw new NoSuchFileException(directory.toString(), null,
                "the directory is missing and is not to be created");
        }
    }
}
