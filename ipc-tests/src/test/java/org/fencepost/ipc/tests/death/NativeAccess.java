package org.fencepost.ipc.tests.death;

import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Assumptions;

/** Signals and forked processes need libc. */
final class NativeAccess {
    private NativeAccess() {
    }

    /** Skips a test, and says so, where the portable fallback is all that there is. */
    static void require() {
        Assumptions.assumeTrue(Platform.detect().scheme() == LivenessScheme.OFD,
            "skipped: no native access, so nobody can be forked or stopped");
    }
}
