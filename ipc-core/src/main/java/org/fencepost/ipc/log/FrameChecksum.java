package org.fencepost.ipc.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * CRC32C of a frame: over the channel's id, the frame's position, its header word, its type and
 * everything behind the checksum field up to the frame's length, each little-endian, in this order.
 *
 * <p>The bytes are copied to a private array first, in pieces: the JVM's checksum code must not meet a
 * page that is missing from a truncated file. One thread.
 */
final class FrameChecksum {
    private static final int SCRATCH_BYTES = 1 << 16;
    private static final VarHandle LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CHANNEL_ID_AT = 0;
    private static final int POSITION_AT = CHANNEL_ID_AT + Long.BYTES;
    private static final int HEADER_WORD_AT = POSITION_AT + Long.BYTES;
    private static final int TYPE_AT = HEADER_WORD_AT + Long.BYTES;
    private static final int REST_AT = TYPE_AT + Integer.BYTES;

    private final SharedMemory memory;
    private final Geometry geometry;
    private final CRC32C crc = new CRC32C();
    private byte[] scratch = new byte[1024];

    FrameChecksum(final SharedMemory memory, final Geometry geometry) {
        this.memory = memory;
        this.geometry = geometry;
    }

    /** The checksum of the frame at {@code address}, which begins at {@code position}. */
    int of(final long address, final long position, final long headerWord, final int length) {
        final int rest = length - FrameFormat.TIMESTAMP_OFFSET;
        ensureScratch(rest);
        LONG.set(scratch, CHANNEL_ID_AT, geometry.channelId());
        LONG.set(scratch, POSITION_AT, position);
        LONG.set(scratch, HEADER_WORD_AT, headerWord);
        INT.set(scratch, TYPE_AT, memory.getInt(address + FrameFormat.TYPE_OFFSET));
        crc.reset();
        int done = 0;
        int filled = REST_AT;
        do {
            final int piece = Math.min(rest - done, scratch.length - filled);
            memory.copyTo(
                address + FrameFormat.TIMESTAMP_OFFSET + done, scratch, filled, piece);
            crc.update(scratch, 0, filled + piece);
            done += piece;
            filled = 0;
        } while (done < rest);
        return (int) crc.getValue();
    }

    /**
     * Whether the frame at {@code position} is what its publisher made, or padding.
     *
     * @param headerWord its header word, read with acquire.
     * @param roomBytes  from there to the segment's end, or less.
     */
    boolean isRight(
        final long address, final long position, final long headerWord, final long roomBytes) {
        return headerWord != 0
            && geometry.isValid(headerWord, roomBytes)
            && (FrameFormat.isPadding(headerWord)
                || memory.getInt(address + FrameFormat.CHECKSUM_OFFSET)
                    == of(address, position, headerWord, FrameFormat.length(headerWord)));
    }

    private void ensureScratch(final int rest) {
        final long wanted = (long) REST_AT + rest;
        if (wanted > scratch.length && scratch.length < SCRATCH_BYTES) {
            scratch = new byte[
                (int) Math.min(SCRATCH_BYTES, Long.highestOneBit(wanted) * 2)];
        }
    }
}
