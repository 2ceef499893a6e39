package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the words of a control file are that are read and written by name. */
class ControlWordsTest {
    /** An address that is not in its windows is an exception there. */
    private static final Platform PLATFORM = Platform.portable();
    private static final int SLOT = 3;

    private final SharedMemory memory = PLATFORM.memory();
    private Window window;
    private long address;
    private ControlWords words;

    @BeforeEach
    void makeWords() throws IOException {
        window = PLATFORM.reserve(ControlFormat.FILE_BYTES, 1);
        window.hold(0, ByteBuffer.allocate(ControlFormat.FILE_BYTES));
        address = window.address(0);
        words = new ControlWords(Path.of("/channel"), memory, address);
    }

    @AfterEach
    void giveBack() {
        window.close();
    }

    private static int slot(final int offset) {
        return ControlFormat.SLOTS_OFFSET + SLOT * ControlFormat.SLOT_BYTES + offset;
    }

    @Test
    void shouldReadEachWordWhereTheFormatHasIt() {
        reads(ControlFormat.TAIL_OFFSET, words::tailAcquire);
        reads(ControlFormat.READY_OFFSET, words::readyAcquire);
        reads(ControlFormat.CLEARING_OFFSET, words::clearingAcquire);
        reads(ControlFormat.SLOTS_USED_OFFSET, words::slotsUsedAcquire);
        reads(ControlFormat.EXCLUSIVE_OFFSET, words::exclusiveAcquire);
        reads(ControlFormat.DURABLE_OFFSET, words::durableAcquire);
        reads(ControlFormat.EPOCH_OFFSET, words::epochAcquire);
        reads(ControlFormat.BOOT_ID_OFFSET, () -> words.bootIdAcquire(0));
        reads(ControlFormat.BOOT_ID_OFFSET + Long.BYTES, () -> words.bootIdAcquire(1));
        reads(ControlFormat.EARLIEST_OFFSET, words::earliestAcquire);
        reads(slot(ControlFormat.SLOT_START_OFFSET), () -> words.slotStartAcquire(SLOT));
        reads(slot(ControlFormat.SLOT_WON_END_OFFSET), () -> words.slotWonEndAcquire(SLOT));
        reads(slot(ControlFormat.SLOT_PID_OFFSET), () -> words.slotPid(SLOT));
        reads(slot(ControlFormat.SLOT_THREAD_OFFSET), () -> words.slotThread(SLOT));
        reads(slot(ControlFormat.SLOT_LENT_OFFSET), () -> words.slotLentAcquire(SLOT));
        assertEquals(address + ControlFormat.TAIL_OFFSET, words.tailAddress());
        assertEquals(address + slot(0), words.slotAddress(SLOT));
    }

    private void reads(final int offset, final LongSupplier word) {
        memory.putLong(address + offset, 192);
        assertEquals(192, word.getAsLong());
        memory.putLong(address + offset, 0);
        assertEquals(0, word.getAsLong());
    }

    @Test
    void shouldWriteEachWordWhereTheFormatHasItAndNothingElse() {
        writes(ControlFormat.TAIL_OFFSET, words::tailRelease);
        writes(ControlFormat.READY_OFFSET, words::readyRelease);
        writes(ControlFormat.CLEARING_OFFSET, words::clearingOpaque);
        writes(ControlFormat.SLOTS_USED_OFFSET, value -> words.slotsUsedRelease((int) value));
        writes(ControlFormat.EXCLUSIVE_OFFSET, words::exclusiveRelease);
        writes(ControlFormat.EARLIEST_OFFSET, words::earliestRelease);
        writes(slot(ControlFormat.SLOT_START_OFFSET), value -> words.slotStartRelease(SLOT, value));
        writes(slot(ControlFormat.SLOT_WON_END_OFFSET), value -> words.slotWonEndRelease(SLOT, value));
        writes(slot(ControlFormat.SLOT_PID_OFFSET), value -> words.slotPid(SLOT, value));
        writes(slot(ControlFormat.SLOT_THREAD_OFFSET), value -> words.slotThread(SLOT, value));
        writes(slot(ControlFormat.SLOT_LENT_OFFSET), value -> words.slotLentOpaque(SLOT, value));
    }

    private void writes(final int offset, final LongConsumer word) {
        word.accept(192);
        final List<Integer> written = new ArrayList<>();
        for (int at = 0; at < ControlFormat.FILE_BYTES; at += Long.BYTES) {
            if (memory.getLong(address + at) != 0) {
                written.add(at);
            }
        }
        assertEquals(List.of(offset), written);
        assertEquals(192, memory.getLong(address + offset));
        memory.putLong(address + offset, 0);
    }

    @Test
    void shouldLookAtAllSlotsWhenTheirNumberCannotBe() {
        for (final long used : new long[] {-1, ControlFormat.PUBLISHERS_MAX + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            memory.putLong(address + ControlFormat.SLOTS_USED_OFFSET, used);
            assertEquals(ControlFormat.PUBLISHERS_MAX, words.slotsUsedAcquire());
        }
    }

    @Test
    void shouldTakeForAPositionWhatCanBeOne() {
        assertEquals(Long.MAX_VALUE - 15, words.position("word", Long.MAX_VALUE - 15));
        for (final long value : new long[] {-16, 8, 17, Long.MIN_VALUE}) {
            final String message =
                assertThrows(ChannelDamagedException.class, () -> words.position("word", value)).getMessage();
            assertTrue(message.contains("/channel: word is " + value), message);
        }
    }

    @Test
    void shouldSayOfASlotThatItHasNoClaim() {
        words.slotStartRelease(SLOT, ControlFormat.START_NONE);
        assertEquals(ControlFormat.START_NONE, words.slotStartAcquire(SLOT));
        words.slotStartRelease(SLOT, -16);
        assertThrows(ChannelDamagedException.class, () -> words.slotStartAcquire(SLOT));
    }

    @Test
    void shouldSayWhichFrameIsDamaged() {
        words.requireUndamaged();
        assertFalse(words.isDamaged());
        memory.putLong(address + ControlFormat.DAMAGED_OFFSET, 65);
        memory.putLong(address + ControlFormat.DURABLE_OFFSET, 192);
        assertTrue(words.isDamaged());
        final String message =
            assertThrows(ChannelDamagedException.class, words::requireUndamaged).getMessage();
        assertTrue(message.contains("the frame at position 64 was") && message.contains("position 192;"), message);
    }
}
