package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main class of a process that allocates a file, under a limit, and prints what it was told and
 * the size of the file afterwards. Arguments: platform, file, bytes.
 */
final class AllocationProbe {
    private AllocationProbe() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Path file = Path.of(arguments[1]);
        try {
            Platforms.named(arguments[0]).allocate(file, Long.parseLong(arguments[2]));
            System.out.println("allocated");
        } catch (final IOException refusal) {
            System.out.println(refusal.getMessage());
        }
        System.out.println(Files.size(file));
    }
}
