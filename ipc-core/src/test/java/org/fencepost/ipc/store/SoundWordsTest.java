package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words of this life that positions are computed from: who opens the channel believes those that fit together. */
class SoundWordsTest {
    private static final int SEGMENT = 4096;
    private static final int CAPACITY = 4 * SEGMENT;
    private static final long CLEARING_MAX = ControlFormat.POSITION_MAX + CAPACITY;

    @TempDir
    Path directory;

    private Path path;
    private StoppedJournal ring;

    @BeforeEach
    void makeRing() throws IOException {
        path = directory.toRealPath().resolve("ring");
        ring = new StoppedJournal(path);
        Channel.open(path, ChannelOptions.ring(CAPACITY, 4)).close();
    }

    private void words(final long tail, final long ready, final long clearing, final long durable)
        throws IOException {
        ring.word(ControlFormat.TAIL_OFFSET, tail);
        ring.word(ControlFormat.READY_OFFSET, ready);
        ring.word(ControlFormat.CLEARING_OFFSET, clearing);
        ring.word(ControlFormat.DURABLE_OFFSET, durable);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 16384, 16384, 0", "16384, 16384, 16384, 0", "64, 16384, 20480, 0", "0, 16384, 16384, 16384",
        "0, 16384, 4611686018427404288, 0"})
    void shouldBelieveWordsThatFitTogether(
        final long tail, final long ready, final long clearing, final long durable) throws IOException {
        words(tail, ready, clearing, durable);
        try (Channel channel = Channel.join(path)) {
            assertEquals(tail, channel.tailPosition());
        }
        assertEquals(4_611_686_018_427_404_288L, CLEARING_MAX, "the last row has the limit");
    }

    @ParameterizedTest
    @CsvSource({
        "32, 16384, 16384, 0", "16448, 16384, 16384, 0", "0, 16384, 12288, 0", "0, 16368, 16384, 0",
        "0, 16384, 16400, 0", "0, 16384, 16384, 20480", "0, 16384, 4611686018427408384, 0"})
    void shouldRefuseWordsThatDoNot(
        final long tail, final long ready, final long clearing, final long durable) throws IOException {
        words(tail, ready, clearing, durable);
        final String message =
            assertThrows(ChannelDamagedException.class, () -> Channel.join(path)).getMessage();
        assertTrue(message.contains("control: wrong words: expected aligned positions"), message);
        assertTrue(message.contains("tail " + tail + ", ready " + ready + ", clearing " + clearing), message);
    }

    @Test
    void shouldKeepNothingMappedWhenItRefuses() throws IOException {
        final Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps), "of Linux");
        words(0, CAPACITY, SEGMENT, 0);
        assertThrows(ChannelDamagedException.class, () -> Channel.join(path));
        try (Stream<String> lines = Files.lines(maps)) {
            assertEquals("", String.join("\n", lines.filter(line -> line.contains(path.toString())).toList()));
        }
    }
}
