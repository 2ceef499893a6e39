package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.os.ChildJvm;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A publisher whose store meets a missing page, and what is behind its claim when the page is back. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class LostPageTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "false, 4032, true, '[1, 3, 4]'", "false, 4096, true, '[1, 3, 4]'",
        "false, 4032, false, '[1, 4]'", "false, 4096, false, '[1, 4]'",
        "true, 4032, true, '[1, 3, 4]'", "true, 4096, true, '[1, 3, 4]'",
        "true, 4032, false, '[1, 4]'", "true, 4096, false, '[1, 4]'"})
    void shouldHideWhatCouldNotBeWrittenAndNothingBehindItWhenAPageWasMissingForAWhile(
        final boolean exclusive, final int frame, final boolean backBeforeClosing, final String types)
        throws Exception {
        try (ChildJvm child = ChildJvm.start(
            List.of("--enable-native-access=ALL-UNNAMED", "-Xint"), LostPage.class,
            directory.resolve("channel"), exclusive, frame, backBeforeClosing)) {
            final String output = child.rest();
            assertTrue(output.endsWith(types), output);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSayThatAFileIsDamagedWhenABatchMeetsAPageThatIsMissing(final boolean exclusive) throws Exception {
        try (ChildJvm child = ChildJvm.start(
            List.of("--enable-native-access=ALL-UNNAMED", "-Xint"), LostBatch.class, directory, exclusive)) {
            final String expected = " damaged 0 [1, 3]\n";
            assertEquals("array" + expected + "buffer" + expected + "segment" + expected + "all" + expected
                + "append" + expected + "commit" + expected, child.rest() + "\n");
        }
    }
}
