package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Sleeping on bytes of a mapped file, and being woken through another mapping of it. */
@ParameterizedClass
@MethodSource("org.fencepost.ipc.os.Platforms#all")
@Timeout(60)
class SleepingTest {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Parameter
    Platform platform;

    @TempDir
    Path directory;

    private Sleeping sleeping;
    private Window one;
    private Window other;

    @BeforeEach
    void map() throws Exception {
        sleeping = platform.sleeping();
        final Path file = Files.write(directory.resolve("words"), new byte[4096]);
        one = platform.reserve(4096, 1);
        one.map(0, file, 0, true, false);
        other = platform.reserve(4096, 1);
        other.map(0, file, 0, true, false);
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void shouldReturnWhenTheTimeIsOver() {
        final long startNanos = System.nanoTime();
        final Sleeping.Sleep onOne = sleeping.on(one.address(0));
        final Sleeping.Sleep onTwo = sleeping.on(one.address(0), one.address(0) + 64);
        int toTheEnd = 0;
        for (int i = 0; i < 10; i++) {
            toTheEnd += onOne.awaitChange(new int[] {0}, 1_000_000) ? 1 : 0;
            toTheEnd += onTwo.awaitChange(new int[] {0, 0}, 1_000_000) ? 1 : 0;
        }
        assertEquals(sleeping.canWake(), toTheEnd > 0);
        // Where nobody is woken they are short ones, and a signal may end any early.
        final long sinceNanos = System.nanoTime() - startNanos;
        assertTrue(sinceNanos >= 1_000_000, sinceNanos + " ns");
    }

    @Test
    void shouldNotSleepWhenTheBytesAreOthers() {
        platform.memory().putInt(one.address(0) + 64, -7);
        assertFalse(sleeping.on(one.address(0)).awaitChange(new int[] {1}, MINUTE_NANOS));
        assertFalse(sleeping.on(one.address(0), one.address(0) + 64)
            .awaitChange(new int[] {0, 7}, MINUTE_NANOS));
    }

    @Test
    void shouldWakeASleeperWhenItSleepsOnThoseBytesOfTheFile() throws Exception {
        assertWoken(sleeping.on(one.address(0)), 1);
    }

    @Test
    void shouldWakeASleeperWhenItSleepsOnThoseBytesAndOthers() throws Exception {
        platform.memory().putInt(one.address(0) + 256, -7);
        assertWoken(
            sleeping.on(one.address(0) + 128, one.address(0) + 256, one.address(0)), 3);
    }

    private void assertWoken(final Sleeping.Sleep sleep, final int count) throws Exception {
        final int[] expected = count == 1 ? new int[] {0} : new int[] {0, -7, 0};
        final Thread sleeper = Thread.ofPlatform().daemon().start(() ->
            sleep.awaitChange(expected, MINUTE_NANOS));
        // It may not be asleep yet: whoever wakes has to say so in the bytes, too.
        while (!sleeper.join(Duration.ofMillis(1))) {
            sleeping.wake(other.address(0));
        }
        platform.memory().putInt(other.address(0), 1);
        sleep.awaitChange(expected, MINUTE_NANOS);
    }

    @Test
    void shouldRefuseWhenThereAreTooManyAddressesOrNone() {
        sleeping.on(new long[Sleeping.ADDRESSES_MAX]);
        final IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
            () -> sleeping.on(new long[Sleeping.ADDRESSES_MAX + 1]));
        assertEquals("addresses to sleep on: expected 1 to 128, found 129", refusal.getMessage());
        assertThrows(IllegalArgumentException.class, sleeping::on);
    }
}
