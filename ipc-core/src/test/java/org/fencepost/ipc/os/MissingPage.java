package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * The main class of a process that exchanges words in a page that was cut off its file. In a process of its own,
 * because that may end it. Arguments: platform, file of two pages, and how often it has done so before in a page that
 * is there, because it is other code then.
 */
final class MissingPage {
    private static final int PAGE_BYTES = 4096;
    private static final int TIMES = 20;

    private MissingPage() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Platform platform = Platforms.named(arguments[0]);
        final SharedMemory memory = platform.memory();
        final Path file = Path.of(arguments[1]);
        int refused = 0;
        try (Window window = platform.reserve(2 * PAGE_BYTES, 1)) {
            window.map(0, file, 0, true, false);
            final long address = window.address(0);
            for (long i = 0; i < Long.parseLong(arguments[2]); i++) {
                if (memory.compareAndExchangeLong(address, i, i + 1) != i) {
                    throw new AssertionError("not exchanged: " + i);
                }
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(PAGE_BYTES);
            }
            for (int i = 0; i < TIMES; i++) {
                refused += refuses(memory, address + PAGE_BYTES) ? 1 : 0;
            }
        }
        System.out.println(refused == TIMES ? "survived" : "refused " + refused + " of " + TIMES);
    }

    private static boolean refuses(final SharedMemory memory, final long address) {
        // Compiled code may have been left already when the error is raised.
        try {
            try {
                memory.compareAndExchangeLong(address, 0, 1);
                return false;
            } catch (final InternalError missing) {
                return true;
            }
        } catch (final InternalError late) {
            return true;
        }
    }
}
