package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.fencepost.ipc.os.ChildJvm;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process without file descriptors. */
@Timeout(60)
class FewFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldHaveTheNativePlatformWhenItIsAskedForWithoutDescriptors() throws Exception {
        assumeTrue(Platform.detect() != Platform.portable(), "another system");
        try (ChildJvm child = ChildJvm.startWithLimit("-n 64", FewFiles.class, directory)) {
            assertEquals("linux\ncannot find out what file system " + directory + " is on: Mount point not"
                + " found; the system tells it in a file: this process may need more descriptors (ulimit -n)\ntrue",
                child.rest());
        }
    }
}
