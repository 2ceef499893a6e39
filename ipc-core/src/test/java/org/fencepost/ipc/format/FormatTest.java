package org.fencepost.ipc.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Pins every number of docs/format.md, written out here and not computed. */
class FormatTest {
    @Test
    void shouldKeepEveryOffsetOfTheHeader() {
        assertConstants(FileHeader.class, Map.ofEntries(
            Map.entry("MAGIC", 0x54534F50434E4546L),
            Map.entry("VERSION", 1L),
            Map.entry("PAGE_BYTES", 4096L),
            Map.entry("IDENTITY_BYTES", 256L),
            Map.entry("MAGIC_OFFSET", 0L),
            Map.entry("KIND_OFFSET", 8L),
            Map.entry("VERSION_OFFSET", 12L),
            Map.entry("CHANNEL_ID_OFFSET", 16L),
            Map.entry("SIZE_OFFSET", 24L),
            Map.entry("CHECKSUM_OFFSET", 28L),
            Map.entry("SPECIFIC_OFFSET", 32L)));
    }

    @Test
    void shouldKeepEveryOffsetOfControl() {
        assertConstants(ControlFormat.class, Map.ofEntries(
            Map.entry("LINE_BYTES", 128L),
            Map.entry("POSITION_MAX", 1L << 62),
            Map.entry("PUBLISHERS_MAX", 256L),
            Map.entry("KIND_OFFSET", 32L),
            Map.entry("FLAGS_OFFSET", 36L),
            Map.entry("SEGMENT_BYTES_OFFSET", 40L),
            Map.entry("SEGMENT_COUNT_OFFSET", 48L),
            Map.entry("LIVENESS_OFFSET", 52L),
            Map.entry("START_POSITION_OFFSET", 56L),
            Map.entry("CREATED_OFFSET", 64L),
            Map.entry("FRAME_ALIGNMENT_OFFSET", 72L),
            Map.entry("FLUSH_INTERVAL_OFFSET", 80L),
            Map.entry("RETENTION_BYTES_OFFSET", 88L),
            Map.entry("RETENTION_TIME_OFFSET", 96L),
            Map.entry("KIND_RING", 1L),
            Map.entry("KIND_JOURNAL", 2L),
            Map.entry("FLAG_CHECKSUMS", 1L),
            Map.entry("FLAG_TIMESTAMPS", 2L),
            Map.entry("TAIL_OFFSET", 4096L),
            Map.entry("READY_OFFSET", 4224L),
            Map.entry("CLEARING_OFFSET", 4232L),
            Map.entry("DURABLE_OFFSET", 4352L),
            Map.entry("DURABLE_FAILED_MASK", 15L),
            Map.entry("SYNC_TURN_OFFSET", 4360L),
            Map.entry("SUSPECT_OFFSET", 4368L),
            Map.entry("SYNCS_MAX", 15L),
            Map.entry("SYNC_SLOTS_OFFSET", 4608L),
            Map.entry("SYNC_SLOT_BYTES", 128L),
            Map.entry("SYNC_FROM_OFFSET", 0L),
            Map.entry("SYNC_TO_OFFSET", 8L),
            Map.entry("SYNC_ERRNO_OFFSET", 16L),
            Map.entry("SYNC_PID_OFFSET", 24L),
            Map.entry("SYNC_KEPT_OFFSET", 32L),
            Map.entry("BOOT_ID_OFFSET", 6528L),
            Map.entry("DEVICE_OFFSET", 6544L),
            Map.entry("INODE_OFFSET", 6552L),
            Map.entry("EPOCH_OFFSET", 6560L),
            Map.entry("CUT_OFFSET", 6568L),
            Map.entry("CUT_MADE", -1L),
            Map.entry("DAMAGED_OFFSET", 6576L),
            Map.entry("BORN_OFFSET", 6584L),
            Map.entry("CHANGED_BYTES_OFFSET", 6656L),
            Map.entry("CHANGED_NANOS_OFFSET", 6664L),
            Map.entry("SLOTS_USED_OFFSET", 4480L),
            Map.entry("EXCLUSIVE_OFFSET", 4488L),
            Map.entry("EARLIEST_OFFSET", 4496L),
            Map.entry("ARRIVALS_OFFSET", 7936L),
            Map.entry("PROGRESS_OFFSET", 8064L),
            Map.entry("SLOTS_OFFSET", 8192L),
            Map.entry("SLOT_BYTES", 128L),
            Map.entry("SLOT_START_OFFSET", 0L),
            Map.entry("SLOT_WON_END_OFFSET", 8L),
            Map.entry("SLOT_PID_OFFSET", 16L),
            Map.entry("SLOT_THREAD_OFFSET", 24L),
            Map.entry("SLOT_LENT_OFFSET", 32L),
            Map.entry("START_NONE", -1L),
            Map.entry("FILE_BYTES", 40_960L)));
        assertEquals("control", ControlFormat.FILE_NAME);
    }

    @Test
    void shouldKeepEveryOffsetOfCursors() {
        assertConstants(CursorsFormat.class, Map.ofEntries(
            Map.entry("SUBSCRIBERS_MAX", 256L),
            Map.entry("RECORDS_USED_OFFSET", 4096L),
            Map.entry("RECORDS_OFFSET", 8192L),
            Map.entry("RECORD_BYTES", 256L),
            Map.entry("POSITION_OFFSET", 0L),
            Map.entry("BATCH_INDEX_OFFSET", 8L),
            Map.entry("STATE_OFFSET", 128L),
            Map.entry("PID_OFFSET", 136L),
            Map.entry("NAME_LENGTH_OFFSET", 144L),
            Map.entry("NAME_OFFSET", 152L),
            Map.entry("NAME_BYTES_MAX", 96L),
            Map.entry("STATE_USED", 1L),
            Map.entry("STATE_GATES", 2L),
            Map.entry("STATE_NAMED", 4L),
            Map.entry("STATE_GATES_WHILE_ABSENT", 8L),
            Map.entry("FILE_BYTES", 73_728L)));
        assertEquals("cursors", CursorsFormat.FILE_NAME);
        assertEquals(8192 + 255 * 256, CursorsFormat.recordOffset(255));
    }

    @Test
    void shouldKeepEveryLockByte() {
        assertConstants(MembersFormat.class, Map.ofEntries(
            Map.entry("FILE_BYTES", 4096L),
            Map.entry("HOUSEKEEPING_BYTE", 4096L),
            Map.entry("PRESENCE_BYTE", 4097L),
            Map.entry("EXCLUSIVE_BYTE", 4098L),
            Map.entry("OPENING_BYTE", 4099L),
            Map.entry("PUBLISHER_BYTE", 8192L),
            Map.entry("SUBSCRIBER_BYTE", 12_288L),
            Map.entry("SYNC_BYTE", 16_384L)));
        assertEquals("members", MembersFormat.FILE_NAME);
        assertEquals("members.lock", MembersFormat.PORTABLE_LOCK_FILE_NAME);
        assertEquals(8192 + 255, MembersFormat.publisherByte(255));
        assertEquals(12_288 + 255, MembersFormat.subscriberByte(255));
        assertEquals(16_384 + 14, MembersFormat.syncByte(14));
    }

    @Test
    void shouldKeepEveryOffsetOfSegmentsFramesAndBatches() {
        assertConstants(SegmentFormat.class, Map.ofEntries(
            Map.entry("SEGMENT_BYTES_OFFSET", 32L),
            Map.entry("PLACE_OFFSET", 40L),
            Map.entry("RECEIPT_OFFSET", 2048L),
            Map.entry("NO_RECEIPT", -1L),
            Map.entry("DATA_OFFSET", 4096L)));
        assertConstants(FrameFormat.class, Map.ofEntries(
            Map.entry("ALIGNMENT", 16L),
            Map.entry("ALIGNMENT_OF_RINGS", 64L),
            Map.entry("ALIGNMENT_OF_JOURNALS", 16L),
            Map.entry("HEADER_WORD_OFFSET", 0L),
            Map.entry("TYPE_OFFSET", 8L),
            Map.entry("CHECKSUM_OFFSET", 12L),
            Map.entry("TIMESTAMP_OFFSET", 16L),
            Map.entry("HEADER_BYTES", 16L),
            Map.entry("HEADER_BYTES_WITH_TIMESTAMP", 24L),
            Map.entry("KIND_MESSAGE", 1L),
            Map.entry("KIND_PADDING", 2L),
            Map.entry("KIND_BATCH", 3L),
            Map.entry("FLAG_TIMESTAMP", 1L),
            Map.entry("FLAG_CHECKSUM", 2L)));
        assertConstants(BatchFormat.class, Map.ofEntries(
            Map.entry("COUNT_OFFSET", 0L),
            Map.entry("USED_OFFSET", 4L),
            Map.entry("RECORDS_OFFSET", 8L),
            Map.entry("RECORD_ALIGNMENT", 8L),
            Map.entry("RECORD_LENGTH_OFFSET", 0L),
            Map.entry("RECORD_TYPE_OFFSET", 4L),
            Map.entry("RECORD_HEADER_BYTES", 8L)));
        assertEquals("segment-00000000000000ff", SegmentFormat.name(255));
        assertEquals("segment-4000000000000000", SegmentFormat.name(1L << 62));
    }

    @Test
    void shouldSpellTheMagicAndPlaceTheFieldsOfAHeaderWord() {
        final ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(0, FileHeader.MAGIC);
        assertEquals("FENCPOST", new String(bytes.array(), StandardCharsets.US_ASCII));

        final long word = FrameFormat.headerWord(0x01020304, 3, 2, 0x00FE);
        bytes.putLong(0, word);
        assertEquals(0x01020304, bytes.getInt(0));
        assertEquals(3, bytes.get(4));
        assertEquals(2, bytes.get(5));
        assertEquals(0x00FE, bytes.getShort(6));
        assertEquals(0x01020304, FrameFormat.length(word));
        assertEquals(3, FrameFormat.kind(word));
        assertEquals(2, FrameFormat.flags(word));
        assertEquals(0x00FE, FrameFormat.publisher(word));
    }

    @Test
    void shouldRoundFramesAndRecordsUp() {
        assertEquals(16, FrameFormat.span(1, 16));
        assertEquals(16, FrameFormat.span(16, 16));
        assertEquals(32, FrameFormat.span(17, 16));
        assertEquals(64, FrameFormat.span(17, 64));
        assertEquals(128, FrameFormat.span(65, 64));
        assertEquals(1L << 31, FrameFormat.span(Integer.MAX_VALUE, 16));
        assertEquals(8, BatchFormat.recordBytes(0));
        assertEquals(16, BatchFormat.recordBytes(1));
        assertEquals(16, BatchFormat.recordBytes(8));
        assertEquals(24, BatchFormat.recordBytes(9));
    }

    @Test
    void shouldBelieveAReceiptOnlyInItsPlace() {
        final long id = 0x1234_5678_9abc_def0L;
        for (final long bytes : new long[] {0, 16, 4096, 1L << 30}) {
            final long receipt = SegmentFormat.receipt(id, 1L << 40, bytes);
            assertEquals(bytes, SegmentFormat.receiptBytes(id, 1L << 40, 1L << 30, receipt));
            assertEquals(-1, SegmentFormat.receiptBytes(id, 1L << 41, 1L << 30, receipt));
            assertEquals(-1, SegmentFormat.receiptBytes(id + 1, 1L << 40, 1L << 30, receipt));
            for (int bit = 0; bit < Long.SIZE; bit++) {
                assertEquals(-1, SegmentFormat.receiptBytes(
                    id, 1L << 40, 1L << 30, receipt ^ 1L << bit), "bit " + bit);
            }
        }
        assertEquals(-1, SegmentFormat.receiptBytes(
            id, 1L << 40, 4096, SegmentFormat.receipt(id, 1L << 40, 4112)), "beyond the segment");
        assertEquals(-1, SegmentFormat.receiptBytes(id, 1L << 40, 4096, 0));
        // As another implementation has to compute it.
        assertEquals(crc(id, 1L << 40, 2) << 32 | 2, SegmentFormat.receipt(id, 1L << 40, 32));
    }

    private static long crc(final long... words) {
        final ByteBuffer bytes =
            ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(words);
        final CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    @Test
    void shouldAcceptOnlyHeaderWordsThatAPublisherOrRepairerWrites() {
        assertTrue(isValid(FrameFormat.headerWord(16, 1, 0, 0), 0));
        assertTrue(isValid(FrameFormat.headerWord(24, 3, 3, 255), 3));
        assertTrue(isValid(FrameFormat.headerWord(4096, 1, 0, 0), 0));
        assertTrue(isValid(FrameFormat.paddingWord(4096), 3));
        assertTrue(isValid(FrameFormat.paddingWord(16), 3));

        assertFalse(isValid(FrameFormat.headerWord(4097, 1, 0, 0), 0), "too long");
        assertFalse(isValid(FrameFormat.headerWord(-16, 1, 0, 0), 0), "negative");
        assertFalse(isValid(FrameFormat.headerWord(Integer.MAX_VALUE, 1, 0, 0), 0), "huge");
        assertFalse(isValid(FrameFormat.headerWord(15, 1, 0, 0), 0), "too short");
        assertFalse(isValid(FrameFormat.headerWord(23, 1, 1, 0), 1), "no time");
        assertFalse(isValid(FrameFormat.headerWord(16, 0, 0, 0), 0), "no kind");
        assertFalse(isValid(FrameFormat.headerWord(16, 4, 0, 0), 0), "kind");
        assertFalse(isValid(FrameFormat.headerWord(32, 1, 4, 0), 0), "flag");
        assertFalse(isValid(FrameFormat.headerWord(32, 1, 1, 0), 3), "not the channel's flags");
        assertFalse(isValid(FrameFormat.headerWord(16, 1, 0, 256), 0), "publisher");
        assertFalse(isValid(FrameFormat.paddingWord(0), 0), "padding of nothing");
        assertFalse(isValid(FrameFormat.paddingWord(17), 0), "padding unaligned");
        assertFalse(FrameFormat.isValid(FrameFormat.paddingWord(80), 4096, 64, 0), "padding of another alignment");
        assertTrue(FrameFormat.isValid(FrameFormat.paddingWord(128), 4096, 64, 0));
        assertFalse(isValid(FrameFormat.paddingWord(4112), 0), "padding too long");
        assertFalse(isValid(FrameFormat.headerWord(16, 2, 0, 1), 0), "padding's publisher");
    }

    private static boolean isValid(final long headerWord, final int flags) {
        return FrameFormat.isValid(headerWord, 4096, FrameFormat.ALIGNMENT, flags);
    }

    @Test
    void shouldFindAnyChangedByteOfAnIdentity() {
        final ByteBuffer page = FileHeader.seal(
            FileHeader.page(FileHeader.FileKind.CONTROL, 42, ControlFormat.FILE_BYTES));
        final int checksum = page.getInt(FileHeader.CHECKSUM_OFFSET);
        assertEquals(checksum, FileHeader.checksum(page));
        for (int i = 0; i < FileHeader.IDENTITY_BYTES; i++) {
            if (i < FileHeader.CHECKSUM_OFFSET || i >= FileHeader.SPECIFIC_OFFSET) {
                page.put(i, (byte) (page.get(i) ^ 1));
                assertTrue(checksum != FileHeader.checksum(page), "byte " + i);
                page.put(i, (byte) (page.get(i) ^ 1));
            }
        }
    }

    @Test
    void shouldComputePlacesOfPositions() {
        final Geometry ring = new Geometry(true, 4096, 4, 64, false, false, 0, 0, 0, 0, 1);
        assertEquals(0, ring.place(4095));
        assertEquals(3, ring.place(4 * 4096 - 1));
        assertEquals(1, ring.place((1L << 40) + 4096));
        final Geometry journal = new Geometry(false, 4096, 0, 16, true, true, 0, 0, 0, 0, 1);
        assertEquals(1L << 40, journal.place((1L << 40) + 4095));
        assertEquals(4096 - 24, journal.payloadBytesMax());
        assertEquals(4096 - 16, ring.payloadBytesMax());
        assertEquals(FrameFormat.FLAG_CHECKSUM, new Geometry(
            false, 4096, 0, 16, true, false, 0, 0, 0, 0, 1).frameFlags());
        assertEquals(FrameFormat.FLAG_TIMESTAMP, new Geometry(
            false, 4096, 0, 16, false, true, 0, 0, 0, 0, 1).frameFlags());
    }

    /** Every numeric constant of the class is named, and has this value. */
    private static void assertConstants(final Class<?> type, final Map<String, Long> expected) {
        final Set<String> names = new TreeSet<>();
        for (final Field field : type.getDeclaredFields()) {
            final int modifiers = field.getModifiers();
            if (Modifier.isPublic(modifiers) && field.getType().isPrimitive()) {
                names.add(field.getName());
                assertTrue(expected.containsKey(field.getName()), field + " is not pinned");
                assertEquals(expected.get(field.getName()), value(field), field.toString());
            }
        }
        assertEquals(new TreeSet<>(expected.keySet()), names);
    }

    private static long value(final Field field) {
        try {
            return field.getLong(null);
        } catch (final IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
