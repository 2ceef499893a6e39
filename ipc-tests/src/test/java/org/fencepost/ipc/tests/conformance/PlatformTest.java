package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;

/** The suite runs twice; this tells that the second time it is on the portable fallback. */
class PlatformTest {
    @Test
    void shouldBePortableExactlyWhenNativeAccessIsDenied() {
        final boolean denied = ManagementFactory.getRuntimeMXBean().getInputArguments()
            .contains("--illegal-native-access=deny");
        assertEquals(denied, Platform.detect() == Platform.portable());
    }
}
