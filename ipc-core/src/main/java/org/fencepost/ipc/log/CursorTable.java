package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.CursorsFormat.BATCH_INDEX_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.NAME_BYTES_MAX;
import static org.fencepost.ipc.format.CursorsFormat.NAME_LENGTH_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.NAME_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.PID_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.POSITION_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.RECORDS_USED_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.STATE_GATES;
import static org.fencepost.ipc.format.CursorsFormat.STATE_GATES_WHILE_ABSENT;
import static org.fencepost.ipc.format.CursorsFormat.STATE_NAMED;
import static org.fencepost.ipc.format.CursorsFormat.STATE_OFFSET;
import static org.fencepost.ipc.format.CursorsFormat.SUBSCRIBERS_MAX;
import static org.fencepost.ipc.format.CursorsFormat.recordOffset;

import java.nio.charset.StandardCharsets;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.memory.SharedMemory;

/** The records of the cursors file, with their access modes. */
public final class CursorTable {
    private final SharedMemory memory;
    private final long address;

    /** The records of the cursors file that is mapped at {@code address}. */
    public CursorTable(final SharedMemory memory, final long address) {
        this.memory = memory;
        this.address = address;
    }

    /** Number of records ever used, never more than there are. */
    public int usedAcquire() {
        final long used = memory.getLongAcquire(address + RECORDS_USED_OFFSET);
        return used < 0 || used > SUBSCRIBERS_MAX ? SUBSCRIBERS_MAX : (int) used;
    }

    /** Raises the number of records used; joiners race, so by compare-and-exchange. */
    public void raiseUsed(final int count) {
        long seen = memory.getLongAcquire(address + RECORDS_USED_OFFSET);
        while (seen < count) {
            final long witness =
                memory.compareAndExchangeWord(address + RECORDS_USED_OFFSET, seen, count);
            if (witness == seen) {
                return;
            }
            seen = witness;
        }
    }

    /** Makes every page dirty, so that the next sync writes it whatever became of an earlier one. */
    void makeDirty() {
        for (int at = RECORDS_USED_OFFSET; at < CursorsFormat.FILE_BYTES; at += FileHeader.PAGE_BYTES) {
            memory.makeWordDirty(address + at);
        }
    }

    /** Pairs with {@link #positionRelease}: the owner's reads below it are done. */
    public long positionAcquire(final int index) {
        return memory.getLongAcquire(record(index) + POSITION_OFFSET);
    }

    /** After the reads of everything below: the cleaner may take it away. */
    public void positionRelease(final int index, final long position) {
        memory.putLongRelease(record(index) + POSITION_OFFSET, position);
    }

    /** Number of messages consumed of the batch at the position. */
    public long batchIndexAcquire(final int index) {
        return memory.getLongAcquire(record(index) + BATCH_INDEX_OFFSET);
    }

    /** Zero before the position moves on, so that a death between repeats messages and skips none. */
    public void batchIndexRelease(final int index, final long batchIndex) {
        memory.putLongRelease(record(index) + BATCH_INDEX_OFFSET, batchIndex);
    }

    /** STATE_ bits of a record. */
    public long stateAcquire(final int index) {
        return memory.getLongAcquire(record(index) + STATE_OFFSET);
    }

    /** After the position: who sees that a record gates sees where. */
    public void stateRelease(final int index, final long state) {
        memory.putLongRelease(record(index) + STATE_OFFSET, state);
    }

    /** What the owner does when it leaves, or its heir who has taken the record's lock byte. */
    void release(final int index) {
        final long state = stateAcquire(index);
        if ((state & STATE_NAMED) == 0) {
            stateRelease(index, 0);
        } else if ((state & STATE_GATES_WHILE_ABSENT) == 0) {
            stateRelease(index, state & ~STATE_GATES);
        }
    }

    /** For people who look. */
    public long pid(final int index) {
        return memory.getLongOpaque(record(index) + PID_OFFSET);
    }

    /** For people who look. */
    public void pid(final int index, final long pid) {
        memory.putLongOpaque(record(index) + PID_OFFSET, pid);
    }

    /** The name of a named record. */
    public String name(final int index) {
        final int length = memory.getInt(record(index) + NAME_LENGTH_OFFSET);
        final byte[] bytes = new byte[Math.clamp(length, 0, NAME_BYTES_MAX)];
        memory.copyTo(record(index) + NAME_OFFSET, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Gives a record a name; before its state says so, under the housekeeping lock. */
    public void name(final int index, final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        memory.copyFrom(record(index) + NAME_OFFSET, bytes, 0, bytes.length);
        memory.putInt(record(index) + NAME_LENGTH_OFFSET, bytes.length);
    }

    private long record(final int index) {
        return address + recordOffset(index);
    }
}
