package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.fencepost.ipc.memory.AddressMemory;
import org.fencepost.ipc.memory.SharedMemory;

/** Linux by its system calls, on x86-64 and aarch64. */
final class LinuxPlatform extends Platform {
    private static final long PROT_NONE = 0;
    private static final long MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long MADV_NORMAL = 0;
    private static final long MS_SYNC = 4;
    private static final long MEMBARRIER_PRIVATE_EXPEDITED = 8;
    private static final long MEMBARRIER_REGISTER_PRIVATE_EXPEDITED = 16;

    private final SharedMemory memory = new AddressMemory();
    private final FileCalls files = new LinuxFileCalls();
    private final Sleeping sleeping = new LinuxSleeping();
    private final SystemCall barrierCalls = new SystemCall(Arena.global());
    /** For whoever syncs next; its memory is allocated once. */
    private final AtomicReference<SystemCall> spareSyncCall = new AtomicReference<>();
    private BarrierState barrierState = BarrierState.UNREGISTERED;

    private enum BarrierState { UNREGISTERED, REGISTERED, UNAVAILABLE }

    private LinuxPlatform() {
    }

    /**
     * The platform, if this process can have it. Besides the exceptions, a {@link LinkageError} or
     * {@link IllegalCallerException} says that it cannot.
     *
     * @throws UnsupportedOperationException if the system is another one
     * @throws IOException if pages are larger than 4096 bytes or the calls do not work
     */
    static LinuxPlatform open() throws IOException {
        if (!Machine.isLinux()) {
            throw new UnsupportedOperationException(
                "operating system: expected Linux, found " + Machine.SYSTEM);
        }
        SystemNumbers.of(Machine.ARCHITECTURE);
        final LinuxPlatform platform = new LinuxPlatform();
        checkPageSize();
        return platform;
    }

    /** A new process has the JDK's only after 10 ms: it makes a thread pool that waits for children first. */
    @Override
    long ownId() {
        try (Arena arena = Arena.ofConfined()) {
            return new SystemCall(arena).invoke(SystemCall.NUMBERS.getpid(), 0, 0, 0, 0, 0, 0);
        }
    }

    /** Advice about the second 4096 bytes of a mapping is refused if pages are larger than that. */
    private static void checkPageSize() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            final long pages = calls.invoke(SystemCall.NUMBERS.mmap(), 0, 2 * PAGE_BYTES, PROT_NONE,
                MAP_PRIVATE_ANONYMOUS, -1, 0);
            if (pages == -1) {
                throw Errno.failure("mmap", calls.errno());
            }
            final long advised = calls.invoke(SystemCall.NUMBERS.madvise(), pages + PAGE_BYTES,
                PAGE_BYTES, MADV_NORMAL, 0, 0, 0);
            final int errno = calls.errno();
            calls.invoke(SystemCall.NUMBERS.munmap(), pages, 2 * PAGE_BYTES, 0, 0, 0, 0);
            if (advised == -1) {
                throw Errno.failure(
                    "page size: expected " + PAGE_BYTES + ", found a larger one: madvise", errno);
            }
        }
    }

    @Override
    public SharedMemory memory() {
        return memory;
    }

    @Override
    public LivenessScheme scheme() {
        return LivenessScheme.OFD;
    }

    @Override
    public Window reserve(final long slotBytes, final int slots) throws IOException {
        checkGeometry(slotBytes, slots);
        return AddressWindow.reserve(slotBytes, slots);
    }

    @Override
    public LockFile openLockFile(final Path file) throws IOException {
        return OfdLockFile.open(file, true);
    }

    @Override
    public LockFile openLockFileForReading(final Path file) throws IOException {
        return OfdLockFile.open(file, false);
    }

    @Override
    public FileCalls files() {
        return files;
    }

    @Override
    public void barrier() {
        if (!membarrier()) {
            handshake();
        }
    }

    /** False if the kernel, or a sandbox, does not have it. */
    private synchronized boolean membarrier() {
        if (barrierState == BarrierState.UNREGISTERED) {
            barrierState = membarrier(MEMBARRIER_REGISTER_PRIVATE_EXPEDITED)
                ? BarrierState.REGISTERED : BarrierState.UNAVAILABLE;
        }
        return barrierState == BarrierState.REGISTERED
            && membarrier(MEMBARRIER_PRIVATE_EXPEDITED);
    }

    private boolean membarrier(final long command) {
        return barrierCalls.invoke(
            SystemCall.NUMBERS.membarrier(), command, 0, 0, 0, 0, 0) == 0;
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        final SystemCall spare = spareSyncCall.getAndSet(null);
        final SystemCall call = spare == null ? new SystemCall(Arena.ofAuto()) : spare;
        final int errno =
            call.invoke(SystemCall.NUMBERS.msync(), address, lengthBytes, MS_SYNC, 0, 0, 0) == -1 ? call.errno() : 0;
        spareSyncCall.set(call);
        return errno;
    }

    @Override
    public boolean canSync() {
        return true;
    }

    @Override
    public Sleeping sleeping() {
        return sleeping;
    }

    @Override
    public String name() {
        return "linux";
    }
}
