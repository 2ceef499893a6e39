package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.tests.support.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Some of {@link RealFaults}. Skipped where there is no strace, or no disk. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RealFaultsTest {
    private record Failing(String call, int number, Fault fault) {
    }

    private static final List<Failing> SOME = List.of(
        new Failing("openat", 30, Fault.EMFILE), new Failing("fallocate", 1, Fault.ENOSPC),
        new Failing("mmap", 23, Fault.ENOSPC), new Failing("msync", 1, Fault.EIO),
        new Failing("msync", 1, Fault.EINTR), new Failing("fsync", 9, Fault.EIO),
        new Failing("linkat", 1, Fault.EACCES), new Failing("pwrite64", 7, Fault.EFBIG),
        new Failing("getdents64", 7, Fault.EIO));

    @TempDir
    Path directory;

    @Test
    void shouldGoOnWhenTheKernelRefusesACall() throws IOException, InterruptedException {
        assumeTrue(Command.succeeds("strace", "-o", "/dev/null", "true"), "needs strace");
        assumeFalse("tmpfs".equals(Files.getFileStore(directory).type()), "needs a disk");
        try (RealFaults faults = new RealFaults(directory)) {
            for (final Failing failing : SOME) {
                assertEquals(RealFaults.Outcome.LIVED,
                    faults.live(failing.call(), failing.number(), failing.fault()),
                    failing::toString);
            }
        }
    }
}
