package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;

/**
 * The lock that makes changes of one file exclusive, between threads as between processes. Who has
 * it is a kernel fact too: besides the lock's byte the holder locks one that stands for its process
 * and one for its thread, so nobody has to write its name anywhere, and none is there when it died.
 */
final class Guard implements AutoCloseable {
    static final String LOCK = "lock";

    private static final int DIRECTORY_PERMISSIONS = 0700;
    private static final int FILE_PERMISSIONS = 0600;
    private static final int STICKY = 01000;
    private static final int ATTEMPTS_MAX = 100;
    /** Not that of temporaries: if its maker died early, the lock file still has that name too. */
    private static final long LOCK_BYTE = Leftovers.LOCK_BYTE + 1;
    private static final long PROCESSES = 1L << 32;
    private static final long PROCESSES_MAX = 1L << 32;
    private static final long THREADS = PROCESSES + PROCESSES_MAX;
    private static final long THREADS_MAX = 1L << 40;

    private final LockFile lock;
    private final Replacement.Busy holder;

    private Guard(final LockFile lock, final Replacement.Busy holder) {
        this.lock = lock;
        this.holder = holder;
    }

    /** Tries to get it, once; {@link #isHeld} says whether it did. */
    static Guard tryAcquire(final Surroundings surroundings, final Path directory)
        throws IOException {
        final FileCalls calls = surroundings.calls();
        final Path path = directory.resolve(LOCK);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Target.makeDirectories(calls, directory, DIRECTORY_PERMISSIONS);
            if (!isTrusted(calls, directory)
                || calls.status(path, false).isEmpty() && !make(calls, directory, path)) {
                continue;
            }
            final LockFile lock = surroundings.platform().openLockFile(path);
            try {
                if (!lock.tryLock(LOCK_BYTE)) {
                    final Replacement.Busy holder = holderOf(lock);
                    lock.close();
                    return new Guard(lock, holder);
                }
                if (lock.isSameFile(path)) {
                    // Only to be told to others: nothing depends on it.
                    lock.tryLock(PROCESSES + Platform.processId() % PROCESSES_MAX);
                    lock.tryLock(THREADS + Thread.currentThread().threadId() % THREADS_MAX);
                    return new Guard(lock, null);
                }
                lock.close();
            } catch (final IOException | RuntimeException | Error failure) {
                lock.close();
                throw failure;
            }
        }
        throw new FileSystemException(path.toString(), null,
            "the lock file was removed " + ATTEMPTS_MAX + " times while it was made");
    }

    /**
     * Refuses a guard that a stranger may have made, with versions and a record of what to undo: where everybody may
     * make names and only owners take them away, as in /tmp. False if there is none any more.
     */
    private static boolean isTrusted(final FileCalls calls, final Path directory) throws IOException {
        final Optional<FileStatus> guard = calls.status(directory, false);
        if (guard.isEmpty()) {
            return false;
        }
        if (!guard.get().isDirectory()) {
            throw new FileSystemException(directory.toString(), null,
                "expected a directory with the lock and the versions of a file, found none, or a link to one;"
                    + " remove it");
        }
        final FileStatus parent = calls.requireStatus(directory.getParent(), true);
        final int user = guard.get().user();
        if ((parent.permissions() & STICKY) == 0 || user == parent.user()) {
            return true;
        }
        final int self = self(calls, directory);
        if (user != self) {
            throw new FileSystemException(directory.toString(), null,
                "expected the lock and the versions of a file to be those of user " + self + ", or of user "
                    + parent.user() + ", whose directory that is, found those of user " + user + "; remove them");
        }
        return true;
    }

    /** This user: the one to whom a new file belongs. */
    private static int self(final FileCalls calls, final Path directory) throws IOException {
        final Path temporary = Leftovers.newName(directory);
        try (FileHandle made = calls.create(temporary, FILE_PERMISSIONS)) {
            return made.status().user();
        } finally {
            unlinkIfThere(calls, temporary);
        }
    }

    /**
     * Makes the lock file under another name first, because closing the descriptor with which a
     * file was made drops the portable locks that others have on it by then.
     */
    private static boolean make(final FileCalls calls, final Path directory, final Path path)
        throws IOException {
        final Path temporary = Leftovers.newName(directory);
        try {
            calls.create(temporary, FILE_PERMISSIONS).close();
            return link(calls, temporary, path);
        } catch (final FileAlreadyExistsException taken) {
            // Maybe made by this very call, before a signal interrupted it.
            return false;
        } catch (final NoSuchFileException removed) {
            // As a left-over, before it had its name or before it was looked at; or together with the directory.
            return false;
        } finally {
            unlinkIfThere(calls, temporary);
        }
    }

    private static boolean link(final FileCalls calls, final Path temporary, final Path path)
        throws IOException {
        try {
            calls.link(temporary, path);
            return true;
        } catch (final FileAlreadyExistsException byAnother) {
            return true;
        }
    }

    private static void unlinkIfThere(final FileCalls calls, final Path file) throws IOException {
        try {
            calls.unlink(file);
        } catch (final NoSuchFileException removed) {
            // Not ours to remove any more; the lock file is what counts.
        }
    }

    /** Whether this caller has it. */
    boolean isHeld() {
        return holder == null;
    }

    /** Who has it instead. */
    Replacement.Busy holder() {
        return holder;
    }

    private static Replacement.Busy holderOf(final LockFile lock) throws IOException {
        return new Replacement.Busy(
            lockedIndex(lock, PROCESSES, PROCESSES_MAX), lockedIndex(lock, THREADS, THREADS_MAX));
    }

    /** The index of a locked byte in a range, by halving it; 0 if none is locked. */
    private static long lockedIndex(final LockFile lock, final long first, final long count)
        throws IOException {
        long from = first;
        long length = count;
        if (!lock.isLockedByOther(from, length)) {
            return 0;
        }
        while (length > 1) {
            final long half = length / 2;
            if (lock.isLockedByOther(from, half)) {
                length = half;
            } else {
                from += half;
                length -= half;
            }
        }
        return from - first;
    }

    @Override
    public void close() {
        lock.close();
    }
}
