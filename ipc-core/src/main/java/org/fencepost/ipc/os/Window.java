package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A range of addresses into which pieces of files are mapped: {@code slots} slots of the same size.
 *
 * <p>The addresses belong to the window for the life of the process, so that whoever still has one
 * after {@link #close()} touches memory in which nobody has an interest: it reads zero, or what
 * another late access left there, and its stores reach no file. The price is that a closed window
 * keeps its addresses (not memory).
 *
 * <p>All methods may be called by any thread; accesses may run while a slot is mapped anew or the
 * window is closed and then see either the old or the new contents.
 */
public interface Window extends AutoCloseable {
    /**
     * The address of the first byte of a slot, for the {@link Platform#memory()} of the same
     * platform. It never changes.
     *
     * @throws IndexOutOfBoundsException if there is no such slot
     */
    long address(int slot);

    /**
     * Maps one slot's worth of a file, shared with every other process that maps it, in place of
     * what the slot held. The file is closed again before this returns. After a failure the slot
     * holds either what it held or private zeros.
     *
     * @param slot       the slot, from 0
     * @param file       an existing regular file; a symbolic link is refused
     * @param fileOffset where in the file the slot begins, in bytes, a multiple of 4096
     * @param writable   whether stores are meant; a store into a slot that is mapped for reading
     *                   is an error that may end the JVM
     * @param prefault   whether to load the pages now and not at their first access; best effort
     * @throws IOException if the file cannot be opened or mapped, ends before the end of the slot,
     *                     or if the window is closed
     */
    void map(int slot, Path file, long fileOffset, boolean writable, boolean prefault)
        throws IOException;

    /**
     * Loads pages of a slot before they are needed, writable where the slot is; best effort.
     *
     * @param offset      of the first byte in the slot
     * @param lengthBytes from there on, within the slot
     */
    default void load(final int slot, final long offset, final long lengthBytes) {
        // They come when they are touched.
    }

    /**
     * Says how pages of a slot come, until something else is mapped there: one by one, or many at a time; best
     * effort.
     */
    default void loadSingly(final int slot, final boolean singly) {
        // The system knows nothing better than how it does it.
    }

    /** Gives pages of a slot back, which stay in the file, and come again when they are touched; best effort. */
    default void unload(final int slot, final long offset, final long lengthBytes) {
        // The system does when it likes.
    }

    /**
     * Puts private memory in place of what a slot held: this content, and zeros behind it.
     *
     * @param slot    the slot, from 0
     * @param content what remains in it, at most as long as a slot; its position stays
     * @throws IOException if the window is closed
     */
    void hold(int slot, ByteBuffer content) throws IOException;

    /**
     * Gives up all mappings. When this returns, no access through this window's addresses reaches
     * a file any more, whichever thread makes it. Idempotent.
     */
    @Override
    void close();
}
