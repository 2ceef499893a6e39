package org.fencepost.ipc.memory;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * Copies from any implementation of Agrona's buffer interface into shared memory.
 *
 * <p>Neither asks the source to copy itself, since a foreign implementation may reach for raw
 * addresses or hand the work back, nor believes its {@code addressOffset()}: where no memory of a
 * known kind is behind it, the bytes are fetched eight at a time through the interface. Nothing is
 * allocated. Source and target may overlap, except for a source of that last kind.
 */
public final class Copying {
    private Copying() {
    }

    /**
     * Copies {@code length} bytes of {@code source} from {@code offset} on to {@code address}. The
     * target has been checked; the range of the source is checked here, before anything is copied.
     * Later the source may still throw, when its memory has been released or it is faulty; then an
     * unknown part has been copied.
     */
    public static void copyIn(
        final SharedMemory memory,
        final long address,
        final DirectBuffer source,
        final int offset,
        final int length) {
        source.boundsCheck(offset, length);
        if (source instanceof final MessageBuffer buffer) {
            memory.copyFrom(address, buffer.segment(), offset, length);
        } else if (source instanceof final ReadOnlyView view && view.memory() == memory) {
            memory.copy(view.address() + offset, address, length);
        } else if (source instanceof final WritableView view && view.memory() == memory) {
            memory.copy(view.address() + offset, address, length);
        } else {
            final byte[] array = source.byteArray();
            if (array != null) {
                memory.copyFrom(address, array, source.wrapAdjustment() + offset, length);
            } else {
                copyWords(memory, address, source, offset, length);
            }
        }
    }

    private static void copyWords(
        final SharedMemory memory,
        final long address,
        final DirectBuffer source,
        final int offset,
        final int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            memory.putLong(address + i, source.getLong(offset + i, ByteOrder.LITTLE_ENDIAN));
        }
        for (; i < length; i++) {
            memory.putByte(address + i, source.getByte(offset + i));
        }
    }
}
