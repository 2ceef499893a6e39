package org.fencepost.ipc.durable;

import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.RetryingFileCalls;

/**
 * What files are changed with, passed in so that tests can stand between.
 *
 * @param platform whose locks tell the living from the dead
 * @param calls    by which files change
 */
public record Surroundings(Platform platform, FileCalls calls) {
    /** Those of this process. */
    public static Surroundings ofProcess() {
        return OfProcess.SURROUNDINGS;
    }

    /** These calls, repeated when a signal interrupts them. */
    public static Surroundings of(final Platform platform, final FileCalls calls) {
        return new Surroundings(platform, new RetryingFileCalls(calls));
    }

    private static final class OfProcess {
        static final Surroundings SURROUNDINGS =
            of(Platform.detect(), Platform.detect().files());
    }
}
