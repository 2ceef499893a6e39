package org.fencepost.ipc.durable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.fencepost.ipc.os.LockFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names of temporary files, and the removal of those whose writers are dead.
 *
 * <p>A writer holds the lock of its temporary until it has another name or is removed, so a lock
 * that can be had is a dead writer's, or that of one which has not got it yet. The latter finds,
 * when it has it, that the name is gone, and takes another. Names do not depend on the file that is
 * written: whoever writes into a directory removes what anybody left there.
 *
 * <p>The first write of a process into a directory looks there, and then one in as many that every
 * write pays for {@value #ENTRIES_A_WRITE} entries at most: writing many files into one directory
 * takes no time that grows with its square.
 */
public final class Leftovers {
    /** How a temporary name begins. */
    public static final String PREFIX = ".fencepost-";
    static final String SUFFIX = ".tmp";
    /** So long a temporary name is at most: with 16 digits of the process, and 19 each of thread and call. */
    public static final int NAME_BYTES_MAX = PREFIX.length() + 16 + 1 + 19 + 1 + 19 + SUFFIX.length();
    /** The byte of a temporary that its writer locks. */
    public static final long LOCK_BYTE = 0;

    private static final int ENTRIES_A_WRITE = 64;
    private static final int DIRECTORIES_MAX = 1024;

    /** Tells processes apart where their ids do not: in containers, and after a restart. */
    private static final String PROCESS = HexFormat.of().toHexDigits(SystemRandom.nextLong());
    private static final AtomicLong CALLS = new AtomicLong();
    private static final Map<Path, Visits> DIRECTORIES =
        new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(final Map.Entry<Path, Visits> eldest) {
                return size() > DIRECTORIES_MAX;
            }
        };

    /** When a directory has to be looked through again. Guarded by the map. */
    private static final class Visits {
        private long writesLeft;
    }

    private Leftovers() {
    }

    /** Not a constant: the first logger of a process takes it 40 ms. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Leftovers.class);
    }

    /** A name that no other process, thread or call has. */
    public static Path newName(final Path directory) {
        return directory.resolve(PREFIX + PROCESS + "-" + Thread.currentThread().threadId() + "-"
            + CALLS.incrementAndGet() + SUFFIX);
    }

    /** Whether a file has a temporary name, so that it may be removed as a left-over. */
    public static boolean isTemporary(final Path file) {
        final String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    /** Opens the lock of a temporary, as far as its permissions allow. */
    private static LockFile open(final Surroundings surroundings, final Path file)
        throws IOException {
        try {
            return surroundings.platform().openLockFile(file);
        } catch (final AccessDeniedException readOnly) {
            return surroundings.platform().openLockFileForReading(file);
        }
    }

    /** To be called before each write into a directory; removes what it finds if it is time. */
    public static void beforeWrite(final Surroundings surroundings, final Path directory) {
        synchronized (DIRECTORIES) {
            final Visits visits = DIRECTORIES.computeIfAbsent(directory, path -> new Visits());
            if (visits.writesLeft-- > 0) {
                return;
            }
            // Until it is known how many there are: nobody else needs to look meanwhile.
            visits.writesLeft = Long.MAX_VALUE;
        }
        long entries = 0;
        try {
            entries = remove(surroundings, directory);
        } finally {
            synchronized (DIRECTORIES) {
                DIRECTORIES.computeIfAbsent(directory, path -> new Visits()).writesLeft =
                    entries / ENTRIES_A_WRITE;
            }
        }
    }

    /** Removes the files that dead writers left; returns how many entries the directory has. */
    public static long remove(final Surroundings surroundings, final Path directory) {
        return forEach(directory, leftover -> removeIfDead(surroundings, leftover));
    }

    /** Shows everything with a temporary name; returns how many entries the directory has. */
    public static long forEach(final Path directory, final Consumer<Path> action) {
        long entries = 0;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (final Path entry : stream) {
                entries++;
                if (isTemporary(entry)) {
                    action.accept(entry);
                }
            }
        } catch (final IOException | DirectoryIteratorException refusal) {
            logger().debug("cannot look for left-overs in {}: {}", directory, refusal.toString());
        }
        return entries;
    }

    private static void removeIfDead(final Surroundings surroundings, final Path file) {
        try (LockFile lock = open(surroundings, file)) {
            if (lock.tryLockShared(LOCK_BYTE) && lock.isSameFile(file)) {
                surroundings.calls().unlink(file);
            }
        } catch (final NoSuchFileException renamed) {
            // It was alive, and has its place now, or another has removed it.
            logger().trace("{} is gone", file);
        } catch (final IOException refusal) {
            logger().debug("cannot remove the left-over {}: {}", file, refusal.toString());
        }
    }
}
