package org.fencepost.ipc.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A range of the process's virtual addresses; the slots follow one another.
 *
 * <p>Every page of it is readable and writable at all times: private and zero until a file is
 * mapped over it, and again once the window is closed. Nothing is ever unmapped, since an access
 * to an address without a mapping ends the JVM; a mapping is only ever replaced by another, which
 * the kernel does in one step.
 *
 * <p>Behind the last slot lies one more, which nothing is ever mapped over. A view that its thread moves while
 * another uses it may show the address of one frame with the length of another; what is made of that ends there
 * at the latest, and not in memory of somebody else.
 */
final class AddressWindow implements Window {
    private static final long PROT_READ = 1;
    private static final long PROT_WRITE = 2;
    private static final long MAP_SHARED = 0x1;
    private static final long MAP_PRIVATE = 0x2;
    private static final long MAP_FIXED = 0x10;
    private static final long MAP_ANONYMOUS = 0x20;
    private static final long MAP_NORESERVE = 0x4000;
    private static final long MADV_NORMAL = 0;
    private static final long MADV_RANDOM = 1;
    private static final long MADV_DONTNEED = 4;
    private static final long MADV_POPULATE_READ = 22;
    private static final long MADV_POPULATE_WRITE = 23;

    /** The kernel maps pages of a file together where address and file offset are alike in these bits. */
    private static final long LARGE_PAGE_BYTES = 2 << 20;

    private final long base;
    private final long slotBytes;
    /** From one slot to the next. */
    private final long strideBytes;
    private final int slots;
    private boolean closed;

    private AddressWindow(
        final long base, final long slotBytes, final long strideBytes, final int slots) {
        this.base = base;
        this.slotBytes = slotBytes;
        this.strideBytes = strideBytes;
        this.slots = slots;
    }

    /** Reserves a range wherever the kernel has room. */
    static AddressWindow reserve(final long slotBytes, final int slots) throws IOException {
        final long unit = slotBytes < LARGE_PAGE_BYTES ? Platform.PAGE_BYTES : LARGE_PAGE_BYTES;
        final long strideBytes = roundUp(slotBytes, unit);
        final long bytes = strideBytes * (slots + 1L) + unit - Platform.PAGE_BYTES;
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            final long base = anonymous(calls, 0, bytes, 0);
            if (base == -1) {
                throw Errno.failure("mmap of " + bytes + " bytes of addresses", calls.errno());
            }
            return new AddressWindow(roundUp(base, unit), slotBytes, strideBytes, slots);
        }
    }

    private static long roundUp(final long value, final long unit) {
        return value + unit - 1 & -unit;
    }

    @Override
    public long address(final int slot) {
        return base + Objects.checkIndex(slot, slots) * strideBytes;
    }

    @Override
    public synchronized void map(
        final int slot, final Path file, final long fileOffset, final boolean writable,
        final boolean prefault) throws IOException {
        final long address = address(slot);
        Platform.checkFileOffset(fileOffset);
        if (closed) {
            throw new FileSystemException(file.toString(), null, "mmap: the window is closed");
        }
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            try (OpenFile open = OpenFile.open(calls, file, writable)) {
                final long found = open.status().sizeBytes();
                if (found - slotBytes < fileOffset) {
                    throw new FileSystemException(file.toString(), null,
                        "mmap: the file is too short: expected at least " + slotBytes
                            + " bytes behind offset " + fileOffset + ", found a size of " + found);
                }
                if (writable && !prefault) {
                    readBegin(calls, open, fileOffset, arena.allocate(1).address());
                }
                mapOver(calls, address, open, fileOffset, writable);
            }
            if (prefault) {
                // Best effort: the kernel may be too old, or the page may have gone since.
                calls.invokeRetrying(SystemCall.NUMBERS.madvise(), address, slotBytes,
                    writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ, 0, 0, 0);
            }
        }
    }

    /**
     * Reads of the second page and of the third, by the descriptor that is mapped next. So the kernel takes the file
     * for one that is read from its beginning on, and makes 16 KiB of pages, then more each time, in ever larger
     * folios; whoever stores first has it make as many as it reads ahead at most, singly. Best effort.
     */
    private static void readBegin(
        final SystemCall calls, final OpenFile file, final long fileOffset, final long target) {
        for (int page = 1; page <= 2; page++) {
            calls.invoke(LinuxFileCalls.NUMBERS.pread(), file.descriptor(), target, 1,
                fileOffset + page * Platform.PAGE_BYTES, 0, 0);
        }
    }

    private void mapOver(
        final SystemCall calls, final long address, final OpenFile open, final long fileOffset,
        final boolean writable) throws IOException {
        final long protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        final long mapped = calls.invoke(SystemCall.NUMBERS.mmap(), address, slotBytes, protection,
            MAP_SHARED | MAP_FIXED, open.descriptor(), fileOffset);
        if (mapped == -1) {
            final int errno = calls.errno();
            // The kernel may have removed the old mapping before it failed to make the new one.
            anonymous(calls, address, slotBytes, MAP_FIXED);
            throw Errno.failure(open.path().toString(),
                "mmap of " + slotBytes + " bytes at offset " + fileOffset, errno);
        }
    }

    @Override
    public synchronized void hold(final int slot, final ByteBuffer content) throws IOException {
        final long address = address(slot);
        if (closed) {
            throw new IOException("hold: the window is closed");
        }
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            if (anonymous(calls, address, slotBytes, MAP_FIXED) == -1) {
                throw Errno.failure("mmap of " + slotBytes + " anonymous bytes", calls.errno());
            }
        }
        MemorySegment.ofAddress(address).reinterpret(slotBytes)
            .copyFrom(MemorySegment.ofBuffer(content));
    }

    @Override
    public void load(final int slot, final long offset, final long lengthBytes) {
        // A slot that is mapped for reading refuses, and is loaded by its reader.
        advise(slot, offset, lengthBytes, MADV_POPULATE_WRITE);
    }

    @Override
    public void unload(final int slot, final long offset, final long lengthBytes) {
        advise(slot, offset, lengthBytes, MADV_DONTNEED);
    }

    /** Not beside the lock: it takes as long as the pages, and whatever is mapped there by then may have it. */
    private void advise(final int slot, final long offset, final long lengthBytes, final long advice) {
        final long from = address(slot) + (offset & -Platform.PAGE_BYTES);
        final long end = address(slot) + Math.min(slotBytes, offset + lengthBytes);
        if (from < end) {
            try (Arena arena = Arena.ofConfined()) {
                new SystemCall(arena).invoke(SystemCall.NUMBERS.madvise(), from, end - from, advice, 0, 0, 0);
            }
        }
    }

    @Override
    public void loadSingly(final int slot, final boolean singly) {
        try (Arena arena = Arena.ofConfined()) {
            new SystemCall(arena).invoke(SystemCall.NUMBERS.madvise(), address(slot), slotBytes,
                singly ? MADV_RANDOM : MADV_NORMAL, 0, 0, 0);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            if (anonymous(calls, base, strideBytes * slots, MAP_FIXED) == -1) {
                throw new UncheckedIOException(Errno.failure(
                    "window not closed, its files stay mapped: mmap of " + strideBytes * slots
                        + " anonymous bytes", calls.errno()));
            }
        }
        closed = true;
    }

    private static long anonymous(
        final SystemCall calls, final long address, final long bytes, final long flags) {
        return calls.invoke(SystemCall.NUMBERS.mmap(), address, bytes, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    }
}
