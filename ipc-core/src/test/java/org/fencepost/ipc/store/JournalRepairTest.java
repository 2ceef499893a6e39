package org.fencepost.ipc.store;

import static org.fencepost.ipc.store.StoppedJournal.FRAME;
import static org.fencepost.ipc.store.StoppedJournal.LONG;
import static org.fencepost.ipc.store.StoppedJournal.SEGMENT;
import static org.fencepost.ipc.store.StoppedJournal.numbers;
import static org.fencepost.ipc.store.StoppedJournal.recover;
import static org.fencepost.ipc.store.StoppedJournal.recovery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.Recovery.Finding;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code examine} finds and {@code repair} leaves. */
class JournalRepairTest {
    @TempDir
    Path directory;

    private Path path;
    private StoppedJournal journal;

    @BeforeEach
    void makeJournal() {
        path = directory.resolve("journal");
        journal = new StoppedJournal(path);
    }

    @Test
    void shouldRepairOnlyWhenItIsTold() throws IOException {
        final List<Long> ends = damaged();
        final Map<String, ByteBuffer> before = journal.files();
        final RepairReport found = Channels.examine(path);
        assertEquals(ends.get(2), found.damagedPosition().getAsLong());
        assertEquals(ends.get(5), found.durablePosition());
        assertTrue(found.toString().contains("position " + ends.get(2)), found.toString());
        assertEquals(before, journal.files());
        try (Channel living = Channel.join(path)) {
            assertThrows(ChannelMismatchException.class, () -> Channels.repair(path));
            assertThrows(ChannelDamagedException.class, living::addPublisher);
        }
        final byte[] segment = Files.readAllBytes(journal.segment(0));
        final RepairReport done = Channels.repair(path);
        assertFalse(done.steps().isEmpty());
        assertEquals(numbers(3), journal.numbers());
        final byte[] kept = Files.readAllBytes(
            path.resolve("cut-1-segment-" + String.format("%016x", ends.get(2))));
        assertEquals(-1, Arrays.mismatch(kept, Arrays.copyOfRange(segment,
            (int) (4096 + ends.get(2)), (int) (4096 + ends.get(2)) + kept.length)));
        assertTrue(Files.exists(path.resolve("cut-1-segment-0000000000002000")));
        journal.publish(3, 20);
        assertEquals(numbers(23), journal.numbers());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
        final RepairReport again = Channels.repair(path);
        assertTrue(again.damagedPosition().isEmpty() && again.steps().isEmpty());
        assertEquals(numbers(23), journal.numbers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"control", "members", "cursors", "segment-0000000000000000", "segment-0000000000002000"})
    void shouldRepairNothingThatAnotherVersionHasMade(final String name) throws IOException {
        damaged();
        final Path file = path.resolve(name);
        journal.version(file, FileHeader.VERSION + 1);
        final Map<String, ByteBuffer> before = journal.files();
        for (final Executable call : List.<Executable>of(() -> Channels.examine(path), () -> Channels.repair(path))) {
            assertEquals(file + ": wrong format version: expected 1, found 2, use the version of the library that made"
                + " it; nothing was changed", assertThrows(ChannelDamagedException.class, call).getMessage());
        }
        assertEquals(before, journal.files());
    }

    @Test
    void shouldRepairDamageBeforeTheSegmentOfTheWatermark() throws IOException {
        final List<Long> ends = journal.publishDurably(20, 1);
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        final RepairReport found = Channels.examine(path);
        assertEquals(ends.get(2), found.damagedPosition().getAsLong());
        assertEquals(Finding.SAME_LIFE, journal.recover(), "only what is behind the watermark is looked at");
        Channels.repair(path);
        assertEquals(numbers(3), journal.numbers());
        assertTrue(Files.exists(path.resolve("cut-1-segment-0000000000002000")));
        assertTrue(Files.exists(path.resolve("cut-1-segment-0000000000004000")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldChangeNothingWhenASegmentBehindTheEndIsRefused(final boolean damaged) throws IOException {
        final List<Long> ends = journal.publishDurably(20, 1);
        if (damaged) {
            journal.overwrite(ends.get(2) + 100, new byte[] {1});
        } else {
            journal.reboot();
        }
        final Path stranger = journal.segment(5 * SEGMENT);
        Files.copy(journal.segment(SEGMENT), stranger);
        final Map<String, ByteBuffer> before = journal.files();
        for (final Executable call : List.<Executable>of(() -> Channels.examine(path), () -> Channels.repair(path))) {
            assertEquals(stranger + ": wrong segment: expected 8192 bytes for place 0xa000, found 8192 bytes for place"
                + " 0x2000; nothing was changed", assertThrows(ChannelDamagedException.class, call).getMessage());
            assertEquals(before, journal.files());
        }
        Files.delete(stranger);
        Channels.repair(path);
        assertEquals(numbers(damaged ? 3 : 21), journal.numbers());
    }

    @Test
    void shouldRepairWhatWasNeverDurable() throws IOException {
        damagedInThisLife();
        final RepairReport found = Channels.examine(path);
        assertTrue(found.isDamaged() && found.damagedPosition().getAsLong() > found.durablePosition());
        final RepairReport done = Channels.repair(path);
        assertTrue(done.toString().contains("passed over the claim"), done.toString());
        assertEquals(List.of(0, 1, 3, 4, 5, 6, 7, 8), journal.numbers());
    }

    @Test
    void shouldRepairDamageBehindAClaimOfTheDeadWhenBothAreInALaterSegment() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        assertTrue(ends.get(9) > SEGMENT);
        journal.overwrite(ends.get(9), new byte[FRAME]);
        journal.overwrite(ends.get(12) + 100, new byte[] {1});
        assertEquals(ends.get(12), Channels.repair(path).damagedPosition().getAsLong());
        final List<Integer> left = numbers(13);
        left.remove(10);
        assertEquals(left, journal.numbers());
    }

    @Test
    void shouldSayInTheSegmentHowMuchIsDurableWhenItIsRepaired() throws IOException {
        final List<Long> ends = journal.publishDurably(12, 12, 1);
        journal.overwrite(ends.get(10) + 100, new byte[] {1});
        Channels.repair(path);
        assertEquals(ends.get(10), journal.word(ControlFormat.DURABLE_OFFSET));
        assertEquals(ends.get(10) - SEGMENT, journal.receipt(SEGMENT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotRepairWhereASyncHasFailedButInACopy(final boolean marked) throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        journal.fail(ends.get(1), marked);
        journal.overwrite(ends.get(8) + 100, new byte[] {1});
        final Map<String, ByteBuffer> before = journal.files();
        final ChannelMismatchException refusal =
            assertThrows(ChannelMismatchException.class, () -> Channels.repair(path));
        assertTrue(refusal.getMessage().contains("repair the copy"), refusal.getMessage());
        assertEquals(before, journal.files());
        final Path place = directory.resolve("copy");
        final StoppedJournal copy = journal.copy(place);
        Channels.repair(place);
        assertEquals(numbers(9), copy.numbers());
    }

    @Test
    void shouldTakeAClaimOfTheDeadForNoDamage() throws IOException {
        final List<Long> ends = journal.publish(0, 12);
        journal.overwrite(ends.get(1), new byte[FRAME]);
        final Map<String, ByteBuffer> before = journal.files();
        assertFalse(Channels.repair(path).isDamaged());
        assertEquals(before, journal.files());
        assertEquals(11, journal.numbers().size());
    }

    @Test
    void shouldMakeWordsAgainWhenTheyContradictEachOther() throws IOException {
        final List<Long> ends = journal.publish(0, 12);
        final int wonEnd = ControlFormat.SLOTS_OFFSET + ControlFormat.SLOT_WON_END_OFFSET;
        for (final Map.Entry<Integer, Long> wrong : List.of(Map.entry(ControlFormat.READY_OFFSET, (long) SEGMENT),
            Map.entry(ControlFormat.TAIL_OFFSET, 1L << 40), Map.entry(wonEnd, 1L << 40), Map.entry(wonEnd, 8L),
            Map.entry(ControlFormat.SLOTS_OFFSET + ControlFormat.SLOT_START_OFFSET, 0xffff_ffffL),
            Map.entry(ControlFormat.SYNC_SLOTS_OFFSET + ControlFormat.SYNC_FROM_OFFSET, 1L),
            Map.entry(ControlFormat.SYNC_SLOTS_OFFSET + ControlFormat.SYNC_TO_OFFSET, Long.MAX_VALUE),
            Map.entry(ControlFormat.SUSPECT_OFFSET, -1L))) {
            journal.word(wrong.getKey(), wrong.getValue());
            final RepairReport done = Channels.repair(path);
            assertTrue(done.isDamaged() && done.damagedPosition().isEmpty(), done.toString());
            assertEquals(numbers(12), journal.numbers());
            assertEquals(ends.getLast(), journal.word(ControlFormat.TAIL_OFFSET));
        }
    }

    @Test
    void shouldFindNoContradictionWhenTheLogIsEmptyOrEndsWithItsSegment() throws IOException {
        Channel.open(path, ChannelOptions.journal(SEGMENT)).close();
        assertFalse(Channels.examine(path).isDamaged());
        final int payload = 1000;
        try (Channel channel = Channel.join(path); Publisher publisher = channel.addPublisher()) {
            // Or the next segment is made.
            channel.housekeeping().byHand();
            while (channel.tailPosition() < SEGMENT) {
                assertTrue(publisher.offer(1, new byte[payload], 0, payload) > 0);
            }
            assertTrue(channel.awaitDurable(SEGMENT, LONG));
        }
        assertEquals(SEGMENT, journal.word(ControlFormat.READY_OFFSET));
        assertEquals(SEGMENT, journal.word(ControlFormat.DURABLE_OFFSET));
        final RepairReport found = Channels.examine(path);
        assertFalse(found.isDamaged(), found.toString());
    }

    @Test
    void shouldBeRepairedOrAsItWasWhereverTheRepairWasStopped() throws IOException {
        damaged();
        repairStoppedEverywhere(numbers(3));
    }

    @Test
    void shouldBeRepairedWhereverTheRepairOfThisLifeWasStopped() throws IOException {
        damagedInThisLife();
        repairStoppedEverywhere(List.of(0, 1, 3, 4, 5, 6, 7, 8));
    }

    private void repairStoppedEverywhere(final List<Integer> left) throws IOException {
        for (int first = 0; first < 200; first++) {
            final Path place = directory.resolve("stopped-" + first);
            final StoppedJournal stopped = journal.copy(place);
            final boolean inThisLife = journal.word(ControlFormat.BOOT_ID_OFFSET) != 1;
            if (inThisLife) {
                live(place);
            }
            final FaultyCalls calls = new FaultyCalls(Platform.detect().files())
                .failing(FaultyCalls.Fault.EIO, first, Integer.MAX_VALUE, false);
            boolean completed = true;
            try {
                repair(place, calls).repair();
            } catch (final IOException e) {
                completed = false;
            }
            if (recover(place) == Finding.DAMAGED || inThisLife && Channels.examine(place).isDamaged()) {
                Channels.repair(place);
            }
            assertEquals(left, stopped.numbers(), "stopped at call " + first);
            assertEquals(1, stopped.word(ControlFormat.EPOCH_OFFSET));
            if (completed) {
                assertTrue(first > 20, "calls: " + calls.made());
                return;
            }
        }
        throw new AssertionError("it does not end");
    }

    /** Makes a copy one that was never away. */
    private static void live(final Path place) throws IOException {
        final Path file = place.resolve(ControlFormat.FILE_NAME);
        final ByteBuffer control = ByteBuffer.wrap(Files.readAllBytes(file))
            .order(ByteOrder.LITTLE_ENDIAN);
        final Platform platform = Platform.detect();
        Life.of(file, platform.files(), platform.bootId()).write(control);
        Files.write(file, control.array());
    }

    /** The third message was claimed and never committed, and the tenth is damaged; nobody has waited. */
    private void damagedInThisLife() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        journal.overwrite(ends.get(1), new byte[FRAME]);
        journal.overwrite(ends.get(8) + 100, new byte[] {1});
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 255})
    void shouldFindDamageRightBehindTheClaimOfTheDeadWhenItIsExaminedForRepair(final int slot)
        throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        journal.overwrite(ends.get(1), new byte[8]);
        slot(slot, ends.get(1), ends.get(2));
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        assertEquals(ends.get(2), Channels.examine(path).damagedPosition().orElseThrow());
    }

    @Test
    void shouldFindDamageBehindAClaimOfTheDeadWhoseEndNobodyKnows() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        journal.overwrite(ends.get(1), new byte[FRAME]);
        assertFalse(Channels.examine(path).isDamaged());
        journal.overwrite(ends.get(2), new byte[] {1, 2, 3});
        assertEquals(ends.get(2), Channels.repair(path).damagedPosition().orElseThrow());
        assertEquals(List.of(0, 1), journal.numbers());
    }

    @Test
    void shouldPassOverTheClaimOfTheDeadWhenItBeginsAtTheWatermark() throws IOException {
        final List<Long> ends = journal.publishDurably(3);
        ends.addAll(journal.publish(3, 9));
        journal.overwrite(ends.get(2), new byte[FRAME]);
        assertEquals(ends.get(2), journal.word(ControlFormat.DURABLE_OFFSET));
        assertFalse(Channels.examine(path).isDamaged());
        journal.overwrite(ends.get(8) + 100, new byte[] {1});
        assertEquals(ends.get(8), Channels.repair(path).damagedPosition().getAsLong());
        assertEquals(List.of(0, 1, 2, 4, 5, 6, 7, 8), journal.numbers());
    }

    /** It has moved the tail and not marked its claim as won: its slot says where the one before it ended. */
    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void shouldPassOverTheClaimOfTheDeadWhenItIsNotMarkedAsWon() throws IOException {
        final List<Long> ends = journal.publish(0, 2);
        try (Channel channel = Channel.join(path); Publisher publisher = channel.addPublisher()) {
            // The shortest there is.
            ends.add(publisher.offer(1, new byte[] {0, 0, 0, 2}, 0, 4));
        }
        ends.addAll(journal.publish(3, 4));
        journal.overwrite(ends.get(2), new byte[FRAME]);
        slot(0, ends.get(2), ends.get(2));
        journal.overwrite(ends.get(5) + 100, new byte[] {1});
        assertEquals(ends.get(5), Channels.repair(path).damagedPosition().getAsLong());
        assertEquals(List.of(0, 1, 2, 4, 5), journal.numbers());
    }

    /** What a publisher that died has left in its slot. */
    private void slot(final int slot, final long start, final long wonEnd) throws IOException {
        final int at = ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES;
        journal.word(at + ControlFormat.SLOT_START_OFFSET, start);
        journal.word(at + ControlFormat.SLOT_WON_END_OFFSET, wonEnd);
    }

    @Test
    void shouldNotRepairARing() {
        final Path ring = directory.resolve("ring");
        Channel.open(ring, ChannelOptions.ring(32_768)).close();
        for (final Executable call : List.<Executable>of(
            () -> Channels.repair(ring), () -> Channels.examine(ring))) {
            final String message = assertThrows(ChannelMismatchException.class, call).getMessage();
            assertTrue(message.contains("cannot be repaired") && message.contains("found a ring;"), message);
        }
    }

    /** Six messages of twenty were durable, a receipt says so of five, and the fourth is damaged. */
    private List<Long> damaged() throws IOException {
        final List<Long> ends = journal.publishDurably(5, 1);
        ends.addAll(journal.publish(6, 14));
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        journal.reboot();
        return ends;
    }

    private static JournalRepair repair(final Path place, final FileCalls calls) {
        return new JournalRepair(recovery(place, calls), place, calls,
            new ChannelDirectory(place, Platform.detect()).readGeometry(), Platform.detect().memory());
    }
}
