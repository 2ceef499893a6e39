package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.fencepost.ipc.memory.SharedMemory;
import org.slf4j.LoggerFactory;

/**
 * What this library wants of the operating system. Stateless for its users; any thread may call.
 */
public abstract class Platform {
    /** Granularity of everything that is mapped. */
    static final long PAGE_BYTES = 4096;

    /** Largest window of either platform: 1 TiB. */
    static final long WINDOW_BYTES_MAX = 1L << 40;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** Only the implementations. */
    Platform() {
    }

    /**
     * The best platform of this process: system calls on Linux (x86-64, aarch64) with pages of
     * 4096 bytes where native access is allowed, and {@link #portable()} anywhere else. Why it is
     * the portable one is logged once. Always the same instance.
     */
    public static Platform detect() {
        return Detected.PLATFORM;
    }

    /** The platform that needs the JDK only. Always the same instance. */
    public static Platform portable() {
        return Portable.PLATFORM;
    }

    /** Access to the memory behind the addresses of this platform's windows. */
    public abstract SharedMemory memory();

    /** The kind of lock that {@link #openLockFile} gives. */
    public abstract LivenessScheme scheme();

    /**
     * Reserves addresses, without memory behind them.
     *
     * @param slotBytes size of a slot, a positive multiple of 4096
     * @param slots     how many, at least 1
     * @throws IOException if the process has no such range left
     */
    public abstract Window reserve(long slotBytes, int slots) throws IOException;

    /**
     * Opens an existing regular file, readable and writable, for its locks.
     *
     * @throws IOException if it is missing, a symbolic link, not a regular file, or not permitted
     */
    public abstract LockFile openLockFile(Path file) throws IOException;

    /**
     * Opens an existing regular file that need only be readable, for shared locks alone.
     *
     * @throws IOException if it is missing, a symbolic link, not a regular file, or not permitted
     */
    public abstract LockFile openLockFileForReading(Path file) throws IOException;

    /** The calls by which files change, each made once; needs POSIX file attributes. */
    public abstract FileCalls files();

    /**
     * Makes every thread of this process pass a full memory fence: what a thread does after this
     * returned is ordered after everything any other thread did before, without a fence over there.
     *
     * <p>By {@code membarrier} on Linux. Elsewhere, and where the kernel does not have that, by a
     * handshake of the JVM with all its threads, which HotSpot performs when a shared arena is
     * closed: the JDK specifies only that no thread accesses the arena's memory any more.
     */
    public abstract void barrier();

    /**
     * Returns when the bytes at a range of a window's addresses are on the disk, with all that is
     * needed to find them there; the size and the blocks of the file have to be there already. Made
     * once, and what it reports it reports to this mapping once: a second call may succeed with
     * the data lost.
     *
     * @param address     a multiple of 4096 behind the first byte of a slot
     * @param lengthBytes from there on, within the slot, at least 1
     * @return 0, or the error number of the system, {@link Errno#EIO} where it does not tell
     */
    public abstract int sync(long address, long lengthBytes);

    /** Whether {@link #sync} is known to reach the disk and not only the system's cache. */
    public abstract boolean canSync();

    /** How threads of several processes sleep and are woken. */
    public abstract Sleeping sleeping();

    /** What an error number means. */
    public static String describe(final int errno) {
        return "errno " + errno + " (" + Errno.describe(errno) + ")";
    }

    /** The number of this process, as it sees itself. */
    public static long processId() {
        return Detected.PLATFORM.ownId();
    }

    /** As {@link #processId}. */
    long ownId() {
        return ProcessHandle.current().pid();
    }

    /** Another one since each start of the system; zeros where it does not tell. */
    public UUID bootId() throws IOException {
        try {
            return UUID.fromString(Undisturbed.by(new Undisturbed.Call<String>() {
                @Override
                public String make() throws IOException {
                    return Files.readString(BOOT_ID);
                }
            }).strip());
        } catch (final NoSuchFileException | IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }

    /** What to call this platform in logs. */
    public abstract String name();

    /** Checks the arguments of {@link #reserve}. */
    static void checkGeometry(final long slotBytes, final int slots) {
        if (slotBytes <= 0 || slotBytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                "slotBytes: expected a positive multiple of " + PAGE_BYTES
                    + ", found " + slotBytes);
        }
        if (slots <= 0) {
            throw new IllegalArgumentException("slots: expected at least 1, found " + slots);
        }
        if (slotBytes > WINDOW_BYTES_MAX / slots) {
            throw new IllegalArgumentException("window: expected at most " + WINDOW_BYTES_MAX
                + " bytes, found " + slots + " slots of " + slotBytes);
        }
    }

    /** Checks where a slot is to begin in its file. */
    static void checkFileOffset(final long fileOffset) {
        if (fileOffset < 0 || fileOffset % PAGE_BYTES != 0) {
            throw new IllegalArgumentException("fileOffset: expected a multiple of " + PAGE_BYTES
                + " from 0, found " + fileOffset);
        }
    }

    /** Checks a range of lock bytes; the last one has to have an index too. */
    static void checkLockRange(final long firstByte, final long count) {
        if (firstByte < 0 || count <= 0 || firstByte > Long.MAX_VALUE - count) {
            throw new IllegalArgumentException(
                "lock range: expected a first byte from 0 and a count from 1, found "
                    + firstByte + " and " + count);
        }
    }

    /** A fence in every thread by way of the JVM: closing a shared arena handshakes with all. */
    static void handshake() {
        Arena.ofShared().close();
    }

    private static final class Portable {
        static final Platform PLATFORM = new PortablePlatform();
    }

    private static final class Detected {
        static final Platform PLATFORM = choose();

        private static Platform choose() {
            try {
                return LinuxPlatform.open();
            } catch (final IOException | LinkageError | IllegalCallerException
                | UnsupportedOperationException refusal) {
                final Throwable reason = refusal instanceof ExceptionInInitializerError
                    && refusal.getCause() != null ? refusal.getCause() : refusal;
                LoggerFactory.getLogger(Platform.class).warn(
                    "using the portable platform, which is slower and whose locks are weaker, because the"
                        + " native one is not available: {}", reason.toString());
                return portable();
            }
        }
    }
}
