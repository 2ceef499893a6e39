package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * The main class of a process that goes on using addresses of a closed window. In a process of its
 * own, because it ends if they lead nowhere. Arguments: platform, file.
 */
final class StaleAccess {
    private static final int SLOT_BYTES = 4096;
    private static final int WINDOWS = 100;

    private StaleAccess() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Platform platform = Platforms.named(arguments[0]);
        final SharedMemory memory = platform.memory();
        final Path file = Path.of(arguments[1]);

        final Window closed = platform.reserve(SLOT_BYTES, 2);
        closed.map(0, file, 0, true, false);
        final long address = closed.address(0);
        memory.putLong(address, 4);
        closed.close();
        check(0, memory.getLong(address), "read after close");
        memory.putLong(address, 5);
        memory.compareAndExchangeLong(address + 8, 0, 6);
        memory.fill(address + 16, 100, (byte) 7);
        final ByteBuffer stored =
            ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        check(4, stored.getLong(0), "file after a store");
        check(0, stored.getLong(8), "file after an exchange");
        check(0, stored.getLong(16), "file after a fill");

        for (int i = 0; i < WINDOWS; i++) {
            try (Window next = platform.reserve(SLOT_BYTES, 2)) {
                next.map(0, file, 0, true, false);
                memory.putLong(address, 99);
                check(4, memory.getLong(next.address(0)), "next window after a stale store");
            }
        }
        System.out.println("survived");
    }

    private static void check(final long expected, final long found, final String what) {
        if (expected != found) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }
}
