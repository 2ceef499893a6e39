package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.junit.jupiter.api.Test;

class TrailingTest {
    @Test
    void shouldWaitForItsDelayWhenThereWasWork() {
        final Trailing trailing = new Trailing(1, TimeUnit.MILLISECONDS, NoOpIdleStrategy.INSTANCE);
        final long startNanos = System.nanoTime();
        trailing.idle(1);
        assertTrue(System.nanoTime() - startNanos >= 1_000_000);
    }

    @Test
    void shouldRefuseADelayWhenItIsNoneOrTooLong() {
        for (final long wrong : List.of(-1L, 0L, 1_000_001L)) {
            final IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                () -> new Trailing(wrong, TimeUnit.NANOSECONDS, NoOpIdleStrategy.INSTANCE));
            assertEquals("delay behind a publisher: expected 1 to 1000000 ns, found " + wrong,
                refusal.getMessage());
        }
    }
}
