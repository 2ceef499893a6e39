package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A window of ordinary mapped segments.
 *
 * <p>Invariant: a slot's segment is replaced or removed here before its arena is closed. So an
 * access that fails because the arena is closed finds the successor by looking again, and because
 * closing an arena waits until no thread is inside an access to it, none reaches the file later.
 */
final class PortableWindow implements Window {
    private static final VarHandle SLOT =
        MethodHandles.arrayElementVarHandle(MemorySegment[].class);

    private final PortableMemory memory;
    private final PortableFiles files;
    private final long slotBytes;
    private final int slotShift;
    private final MemorySegment[] segments;
    private final Arena[] arenas;
    private final int index;
    private boolean closed;

    PortableWindow(
        final PortableMemory memory, final PortableFiles files, final long slotBytes,
        final int slots) throws IOException {
        this.memory = memory;
        this.files = files;
        this.slotBytes = slotBytes;
        // Slots begin at multiples of a power of two, so that addresses are taken apart by shifts.
        this.slotShift = Long.SIZE - Long.numberOfLeadingZeros(slotBytes - 1);
        if ((long) slots << slotShift > Platform.WINDOW_BYTES_MAX) {
            throw new IllegalArgumentException("window: expected at most "
                + Platform.WINDOW_BYTES_MAX + " bytes, found " + slots + " slots of " + slotBytes
                + " rounded up to a power of two");
        }
        this.segments = new MemorySegment[slots];
        this.arenas = new Arena[slots];
        this.index = memory.add(this);
    }

    @Override
    public long address(final int slot) {
        return PortableMemory.address(
            index, (long) Objects.checkIndex(slot, segments.length) << slotShift);
    }

    /** What is mapped where the offset into the window lies; null if nothing is. */
    MemorySegment segmentOrNull(final long windowOffset) {
        // Pairs with the release in replace: whoever sees a segment sees it initialised, and what
        // is read after an access through a removed one is not older than the removal.
        return (MemorySegment) SLOT.getAcquire(segments, (int) (windowOffset >>> slotShift));
    }

    /** An offset into the window as one into its slot. */
    long slotOffset(final long windowOffset) {
        return windowOffset & (1L << slotShift) - 1;
    }

    @Override
    public synchronized void map(
        final int slot, final Path file, final long fileOffset, final boolean writable,
        final boolean prefault) throws IOException {
        Objects.checkIndex(slot, segments.length);
        Platform.checkFileOffset(fileOffset);
        if (closed) {
            throw new FileSystemException(file.toString(), null, "map: the window is closed");
        }
        final Arena arena = Arena.ofShared();
        final MemorySegment segment;
        try {
            segment = files.use(file, writable, channel -> {
                final long found = channel.size();
                if (found - slotBytes < fileOffset) {
                    throw new FileSystemException(file.toString(), null,
                        "map: the file is too short: expected at least " + slotBytes
                            + " bytes behind offset " + fileOffset + ", found a size of " + found);
                }
                return channel.map(
                    writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY,
                    fileOffset, slotBytes, arena);
            });
        } catch (final IOException | RuntimeException | Error refusal) {
            arena.close();
            throw refusal;
        }
        replace(slot, segment, arena);
        if (prefault) {
            prefault(segment);
        }
    }

    @Override
    public synchronized void hold(final int slot, final ByteBuffer content) throws IOException {
        Objects.checkIndex(slot, segments.length);
        if (closed) {
            throw new IOException("hold: the window is closed");
        }
        final Arena arena = Arena.ofShared();
        final MemorySegment segment = arena.allocate(slotBytes, Long.BYTES);
        segment.copyFrom(MemorySegment.ofBuffer(content));
        replace(slot, segment, arena);
    }

    private void replace(final int slot, final MemorySegment segment, final Arena arena) {
        final Arena previous = arenas[slot];
        SLOT.setRelease(segments, slot, segment);
        arenas[slot] = arena;
        if (previous != null) {
            previous.close();
        }
    }

    private static void prefault(final MemorySegment segment) {
        try {
            segment.load();
        } catch (final InternalError truncatedMeanwhile) {
            // Best effort; whoever accesses the page will be told.
            return;
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            memory.remove(index);
            for (int slot = 0; slot < segments.length; slot++) {
                replace(slot, null, null);
            }
        }
    }
}
