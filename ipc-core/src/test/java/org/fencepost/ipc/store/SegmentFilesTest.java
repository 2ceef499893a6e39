package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.fencepost.ipc.format.SegmentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldFindThePlacesOfSegmentsAloneInTheirOrder() throws IOException {
        final List<Long> places = new ArrayList<>();
        for (long place = 0; place < 40 * 4096; place += 4096) {
            places.add(place);
        }
        final List<Long> mixed = new ArrayList<>(places);
        Collections.shuffle(mixed, new Random(7));
        for (final long place : mixed) {
            Files.createFile(directory.resolve(SegmentFormat.name(place)));
        }
        for (final String other : List.of("segment-", "segment-0", "segment-000000000000a000.old",
            "segment-000000000000C000", "segment-letter", "cut-1-segment-0000000000000000", "control")) {
            Files.createFile(directory.resolve(other));
        }
        assertEquals(places, SegmentFiles.places(directory));
    }
}
