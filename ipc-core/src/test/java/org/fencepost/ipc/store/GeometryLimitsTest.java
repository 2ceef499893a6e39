package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A control file whose checksum is right, and which says what no channel has: the limits, and one beyond each. */
class GeometryLimitsTest {
    private static final long FLUSH_NANOS_MAX = 86_400_000_000_000L;
    private static final long RETENTION_NANOS_MAX = 36_500 * FLUSH_NANOS_MAX;

    @TempDir
    Path directory;

    private byte[] ring;
    private byte[] journal;

    @BeforeEach
    void make() throws IOException {
        ring = controlOf(ChannelOptions.ring(4 * 4096, 4));
        journal = controlOf(ChannelOptions.journal(4096).withTimestamps(true));
    }

    private byte[] controlOf(final ChannelOptions options) throws IOException {
        new ChannelDirectory(pathOf(options.kind().name()), Platform.detect()).create(options);
        return Files.readAllBytes(pathOf(options.kind().name()).resolve(ControlFormat.FILE_NAME));
    }

    private Path pathOf(final String kind) {
        return directory.resolve(kind);
    }

    private ByteBuffer ring() {
        return ByteBuffer.wrap(ring.clone()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer journal() {
        return ByteBuffer.wrap(journal.clone()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A directory with this control file. */
    private ChannelDirectory with(final ByteBuffer control) throws IOException {
        Files.write(pathOf("RING").resolve(ControlFormat.FILE_NAME), FileHeader.seal(control).array());
        return new ChannelDirectory(pathOf("RING"), Platform.detect());
    }

    private void accepts(final ByteBuffer control) throws IOException {
        with(control).readGeometry();
    }

    private void refuses(final ByteBuffer control) throws IOException {
        final ChannelDirectory files = with(control);
        final String message =
            assertThrows(ChannelDamagedException.class, files::readGeometry).getMessage();
        assertTrue(message.contains("control: wrong geometry"), message);
    }

    @Test
    void shouldRefuseWhatIsNeitherARingNorAJournal() throws IOException {
        accepts(ring());
        accepts(journal());
        refuses(ring().putInt(ControlFormat.KIND_OFFSET, 0));
        refuses(journal().putInt(ControlFormat.KIND_OFFSET, 3));
    }

    @Test
    void shouldReadEachFlagByItself() throws IOException {
        for (int flags = 0; flags < 4; flags++) {
            final Geometry geometry = with(ring().putInt(ControlFormat.FLAGS_OFFSET, flags)).readGeometry();
            assertEquals((flags & 1) != 0, geometry.checksums());
            assertEquals((flags & 2) != 0, geometry.timestamps());
        }
    }

    @Test
    void shouldRefuseAJournalWithoutChecksums() throws IOException {
        for (int flags = 0; flags < 4; flags++) {
            final ByteBuffer control = journal().putInt(ControlFormat.FLAGS_OFFSET, flags);
            if ((flags & ControlFormat.FLAG_CHECKSUMS) != 0) {
                accepts(control);
            } else {
                refuses(control);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4096, true", "1073741824, true", "2048, false", "2147483648, false", "12288, false", "0, false"})
    void shouldHaveSegmentsThatArePowersOfTwo(final long bytes, final boolean accepted) throws IOException {
        for (final ByteBuffer control : List.of(ring(), journal())) {
            control.putLong(ControlFormat.SEGMENT_BYTES_OFFSET, bytes);
            if (accepted) {
                accepts(control);
            } else {
                refuses(control);
            }
        }
    }

    @Test
    void shouldHaveSoManySegmentsInARingAndNoNumberOfThemInAJournal() throws IOException {
        for (final int count : new int[] {2, 1024}) {
            accepts(ring().putInt(ControlFormat.SEGMENT_COUNT_OFFSET, count));
        }
        for (final int count : new int[] {0, 1, 3, 2048, -2}) {
            refuses(ring().putInt(ControlFormat.SEGMENT_COUNT_OFFSET, count));
        }
        refuses(journal().putInt(ControlFormat.SEGMENT_COUNT_OFFSET, 2));
    }

    @Test
    void shouldAlignFramesToWhatTheyFitInto() throws IOException {
        for (final int alignment : new int[] {16, 4096}) {
            accepts(ring().putInt(ControlFormat.FRAME_ALIGNMENT_OFFSET, alignment));
        }
        for (final int alignment : new int[] {0, 8, 24, 8192}) {
            refuses(ring().putInt(ControlFormat.FRAME_ALIGNMENT_OFFSET, alignment));
        }
    }

    @Test
    void shouldFlushAJournalOnceADayAtLeastAndARingNever() throws IOException {
        accepts(journal().putLong(ControlFormat.FLUSH_INTERVAL_OFFSET, FLUSH_NANOS_MAX));
        refuses(journal().putLong(ControlFormat.FLUSH_INTERVAL_OFFSET, FLUSH_NANOS_MAX + 1));
        refuses(journal().putLong(ControlFormat.FLUSH_INTERVAL_OFFSET, -1));
        refuses(ring().putLong(ControlFormat.FLUSH_INTERVAL_OFFSET, 1));
    }

    @Test
    void shouldRemoveFromAJournalAloneAndByTimeWhereTimesAreKnown() throws IOException {
        accepts(journal().putLong(ControlFormat.RETENTION_BYTES_OFFSET, ControlFormat.POSITION_MAX));
        refuses(journal().putLong(ControlFormat.RETENTION_BYTES_OFFSET, ControlFormat.POSITION_MAX + 1));
        refuses(journal().putLong(ControlFormat.RETENTION_BYTES_OFFSET, -1));
        refuses(ring().putLong(ControlFormat.RETENTION_BYTES_OFFSET, 1));
        accepts(journal().putLong(ControlFormat.RETENTION_TIME_OFFSET, RETENTION_NANOS_MAX));
        refuses(journal().putLong(ControlFormat.RETENTION_TIME_OFFSET, RETENTION_NANOS_MAX + 1));
        refuses(journal().putLong(ControlFormat.RETENTION_TIME_OFFSET, -1));
        refuses(journal().putLong(ControlFormat.RETENTION_TIME_OFFSET, 1)
            .putInt(ControlFormat.FLAGS_OFFSET, ControlFormat.FLAG_CHECKSUMS));
        refuses(ring().putLong(ControlFormat.RETENTION_TIME_OFFSET, 1)
            .putInt(ControlFormat.FLAGS_OFFSET, ControlFormat.FLAG_TIMESTAMPS));
    }
}
