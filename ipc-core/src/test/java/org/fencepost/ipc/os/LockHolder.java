package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The main class of a process that tries to lock a byte, prints whether it could, and keeps it
 * until its input ends. Arguments: platform, file, byte, {@code shared} or {@code exclusive}.
 */
final class LockHolder {
    private LockHolder() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Platform platform = Platforms.named(arguments[0]);
        try (LockFile file = platform.openLockFile(Path.of(arguments[1]))) {
            final long index = Long.parseLong(arguments[2]);
            System.out.println(arguments[3].equals("shared")
                ? file.tryLockShared(index) : file.tryLock(index));
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
