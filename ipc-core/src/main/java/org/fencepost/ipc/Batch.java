package org.fencepost.ipc;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.format.BatchFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.memory.Copying;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Room for many messages that become visible at once. The caller makes one and uses it for every
 * {@link Publisher#tryClaimBatch}; it belongs to the thread of the publisher. Messages are added until
 * one does not fit, then the batch is committed.
 *
 * <p>Its buffer shows the message that was added last: index 0 is that one's first byte.
 */
public final class Batch extends Claimed {
    private static final int TYPE_OF_BATCH = 0;

    private long address;
    private int length;
    private int end;
    private int count;
    /** End of what was ever written: beyond {@link #end} when a copy has failed in the middle. */
    private int writtenEnd;

    /** Not open. */
    public Batch() {
    }

    /**
     * Bytes that a message of this length takes of a batch's capacity.
     *
     * @throws IllegalArgumentException if the length is negative.
     * @throws ArithmeticException      if that is more than an {@code int} holds.
     */
    public static int recordBytes(final int messageLength) {
        requireLength(messageLength);
        return Math.toIntExact(BatchFormat.recordBytes(messageLength));
    }

    /**
     * Adds a copy of {@code messageLength} bytes.
     *
     * @return whether they fitted; if not, the batch is as before.
     * @throws IndexOutOfBoundsException if the buffer does not have these bytes.
     * @throws IllegalStateException     if no batch is open, or another thread made the claim.
     * @throws ChannelDamagedException   if a file was truncated; the batch is as before.
     */
    public boolean add(
        final int typeId, final DirectBuffer buffer, final int offset, final int messageLength) {
        buffer.boundsCheck(offset, messageLength);
        try {
            final long address = startRecord(typeId, messageLength);
            if (address < 0) {
                return false;
            }
            Copying.copyIn(publisher.memory(), address, buffer, offset, messageLength);
            return endRecord(messageLength);
        } catch (final InternalError missing) {
            throw publisher.translated(missing);
        }
    }

    /** As {@link #add(int, DirectBuffer, int, int)}, from an array. */
    public boolean add(
        final int typeId, final byte[] bytes, final int offset, final int messageLength) {
        Objects.checkFromIndexSize(offset, messageLength, bytes.length);
        try {
            final long address = startRecord(typeId, messageLength);
            if (address < 0) {
                return false;
            }
            publisher.memory().copyFrom(address, bytes, offset, messageLength);
            return endRecord(messageLength);
        } catch (final InternalError missing) {
            throw publisher.translated(missing);
        }
    }

    /** As {@link #add(int, DirectBuffer, int, int)}, from a memory segment. */
    public boolean add(
        final int typeId, final MemorySegment segment, final long offset, final int messageLength) {
        Objects.checkFromIndexSize(offset, (long) messageLength, segment.byteSize());
        try {
            final long address = startRecord(typeId, messageLength);
            if (address < 0) {
                return false;
            }
            publisher.memory().copyFrom(address, segment, offset, messageLength);
            return endRecord(messageLength);
        } catch (final InternalError missing) {
            throw publisher.translated(missing);
        }
    }

    /**
     * Adds copies of messages that are in one array, as {@link #add(int, byte[], int, int)} would one after the
     * other, and faster: message {@code i}, from {@code from} to before {@code to}, has {@code lengths[i]} bytes
     * from {@code offsets[i]} on.
     *
     * @return how many were added; the next one did not fit.
     * @throws IndexOutOfBoundsException if the arrays do not have these messages, or {@code bytes} not these bytes;
     *                                   the messages before it are added.
     * @throws IllegalStateException     if no batch is open, or another thread made the claim.
     * @throws ChannelDamagedException   if a file was truncated; the messages before it are added.
     */
    public int addAll(final int typeId, final byte[] bytes, final int[] offsets, final int[] lengths,
        final int from, final int to) {
        Objects.checkFromToIndex(from, to, Math.min(offsets.length, lengths.length));
        if (!requireOpen()) {
            return 0;
        }
        final SharedMemory memory = publisher.memory();
        int next = from;
        int recordAt = end;
        try {
            for (; next < to; next++) {
                final int messageLength = lengths[next];
                Objects.checkFromIndexSize(offsets[next], messageLength, bytes.length);
                final long recordEnd = recordAt + BatchFormat.recordBytes(messageLength);
                if (recordEnd > length) {
                    break;
                }
                writtenEnd = Math.max(writtenEnd, (int) recordEnd);
                writeRecordHeader(memory, address + recordAt, typeId, messageLength);
                memory.copyFrom(address + recordAt + BatchFormat.RECORD_HEADER_BYTES, bytes, offsets[next],
                    messageLength);
                recordAt = (int) recordEnd;
            }
        } catch (final InternalError missing) {
            throw publisher.translated(missing);
        } finally {
            if (next > from) {
                final int last = lengths[next - 1];
                view.set(address + recordAt - BatchFormat.recordBytes(last) + BatchFormat.RECORD_HEADER_BYTES, last);
            }
            count += next - from;
            end = recordAt;
        }
        return next - from;
    }

    /**
     * Adds a message that is to be written in place through {@link #buffer()}, before the next one is
     * added.
     *
     * @return whether it fits; if not, the batch is as before.
     * @throws IllegalArgumentException if the length is negative.
     * @throws IllegalStateException    if no batch is open, or another thread made the claim.
     * @throws ChannelDamagedException  if a file was truncated; the batch is as before.
     */
    public boolean tryAppend(final int typeId, final int messageLength) {
        try {
            return startRecord(typeId, messageLength) >= 0 && endRecord(messageLength);
        } catch (final InternalError missing) {
            throw publisher.translated(missing);
        }
    }

    /** Messages added so far. */
    public int count() {
        return count;
    }

    /** Bytes left of the capacity; a message takes {@link #recordBytes} of them. */
    public int remainingBytes() {
        return isOpen() ? length - end : 0;
    }

    /**
     * Publishes all messages added, at once; also none.
     *
     * @return the position at which the batch's frame ends, or {@link Publisher#CLOSED}.
     * @throws IllegalStateException if no batch is open, or another thread made the claim.
     */
    public long commit() {
        if (!requireOpenOnce()) {
            return Publisher.CLOSED;
        }
        view.hide();
        try {
            publisher.memory().putInt(address + BatchFormat.COUNT_OFFSET, count);
            publisher.memory().putInt(
                address + BatchFormat.USED_OFFSET, end - BatchFormat.RECORDS_OFFSET);
        } catch (final InternalError missing) {
            return publisher.abortAfter(missing);
        }
        // Whoever may give the rest back must not leave anything in it: readers would look there for
        // the next header.
        final int used = writtenEnd > end ? length : end;
        return publisher.commit(
            FrameFormat.KIND_BATCH, TYPE_OF_BATCH, publisher.canShrink() ? used : length);
    }

    void open(final long payloadAddress, final int payloadLength) {
        address = payloadAddress;
        length = payloadLength;
        end = BatchFormat.RECORDS_OFFSET;
        count = 0;
        writtenEnd = end;
        view.set(payloadAddress, 0);
    }

    /** Address of the payload of the next record, or -1 if it does not fit. */
    private long startRecord(final int typeId, final int messageLength) {
        final boolean open = requireOpen();
        requireLength(messageLength);
        final long recordEnd = end + BatchFormat.recordBytes(messageLength);
        if (recordEnd > length || !open) {
            return -1;
        }
        final long record = address + end;
        writtenEnd = Math.max(writtenEnd, (int) recordEnd);
        writeRecordHeader(publisher.memory(), record, typeId, messageLength);
        return record + BatchFormat.RECORD_HEADER_BYTES;
    }

    private static void writeRecordHeader(
        final SharedMemory memory, final long record, final int typeId, final int messageLength) {
        memory.putInt(record + BatchFormat.RECORD_LENGTH_OFFSET, messageLength);
        memory.putInt(record + BatchFormat.RECORD_TYPE_OFFSET, typeId);
    }

    private static void requireLength(final int messageLength) {
        if (messageLength < 0) {
            throw new IllegalArgumentException(
                "a message has at least 0 bytes, this one " + messageLength);
        }
    }

    /** Counts the record, whose payload could be copied. */
    private boolean endRecord(final int messageLength) {
        view.set(address + end + BatchFormat.RECORD_HEADER_BYTES, messageLength);
        end += (int) BatchFormat.recordBytes(messageLength);
        count++;
        return true;
    }
}
