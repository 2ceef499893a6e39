package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * The main class of a process that exchanges words in a page that can be read and not be written, because it has no
 * block on a full disk. In a process of its own, because that may end it. Arguments: platform, file of one page that is
 * a hole, and how often it has exchanged words in a file that is whole before, because it is other code then, and that
 * file.
 */
final class ReadablePage {
    private static final int PAGE_BYTES = 4096;
    private static final int TIMES = 20;

    private ReadablePage() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Platform platform = Platforms.named(arguments[0]);
        final SharedMemory memory = platform.memory();
        int refused = 0;
        try (Window hole = platform.reserve(PAGE_BYTES, 1); Window whole = platform.reserve(PAGE_BYTES, 1)) {
            hole.map(0, Path.of(arguments[1]), 0, true, false);
            whole.map(0, Path.of(arguments[3]), 0, true, false);
            for (long i = 0; i < Long.parseLong(arguments[2]); i++) {
                if (memory.compareAndExchangeWord(whole.address(0), i, i + 1) != i) {
                    throw new AssertionError("not exchanged: " + i);
                }
            }
            if (memory.getLong(hole.address(0)) != 0) {
                throw new AssertionError("should be a hole");
            }
            for (int i = 0; i < TIMES; i++) {
                refused += refuses(memory, hole.address(0)) ? 1 : 0;
            }
        }
        System.out.println(refused == TIMES ? "survived" : "refused " + refused + " of " + TIMES);
    }

    private static boolean refuses(final SharedMemory memory, final long address) {
        // Compiled code may have been left already when the error is raised.
        try {
            try {
                memory.compareAndExchangeWord(address, 0, 1);
                return false;
            } catch (final InternalError missing) {
                return true;
            }
        } catch (final InternalError late) {
            return true;
        }
    }
}
