package org.fencepost.ipc.tests.closing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.fencepost.ipc.mutants.TestRun;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.junit.jupiter.api.Test;

/**
 * {@link StackOverflowTest} in a JVM that only interprets: compiled, an operation may be a single frame,
 * and then there is no place inside it where a stack could end.
 */
class StackEndTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void shouldGoOnWhereverTheStackEndsInAnOperation() {
        try (ChildJvm child = ChildJvm.start(
            List.of("-Xint"), TestRun.class, StackOverflowTest.class.getName())) {
            assertEquals("10", child.awaitLine("RAN", PATIENCE), () -> child.describe("all of it"));
        }
    }
}
