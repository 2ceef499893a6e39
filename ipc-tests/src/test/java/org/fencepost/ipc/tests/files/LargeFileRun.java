package org.fencepost.ipc.tests.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.fencepost.ipc.file.FileSearch;
import org.fencepost.ipc.tests.child.ChildJvm;

/**
 * A sparse file with a few lines, which a process with 64 MiB of heap searches, reads by lines, of
 * which some are gigabytes of zeros, and changes in place. As a program, with a directory and a
 * number of bytes, it does so with a file of any size and prints how long that took.
 */
final class LargeFileRun {
    private static final long APART_BYTES_MAX = 3L << 30;
    private static final String NEEDLE = "\nneedle in a stack of zeros\n";
    private static final String THREAD = "\nthread in a stack of zeros\n";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Path file;
    private final long bytes;
    private final long apartBytes;

    LargeFileRun(final Path directory, final long bytes) {
        this.file = directory.resolve("large");
        this.bytes = bytes;
        this.apartBytes = Math.min(APART_BYTES_MAX, bytes / 3);
    }

    public static void main(final String[] arguments) throws IOException {
        System.out.println(new LargeFileRun(
            Path.of(arguments[0]), Long.parseLong(arguments[1])).run(PATIENCE));
    }

    /** What the process wrote, which is as it should be. */
    String run(final Duration patience) throws IOException {
        int needles = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            // A little before what may be the border of a window.
            for (long at = apartBytes - 9; at + NEEDLE.length() < bytes; at += apartBytes) {
                channel.write(ByteBuffer.wrap(NEEDLE.getBytes(StandardCharsets.UTF_8)), at);
                needles++;
            }
            channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        }
        try (ChildJvm child =
            ChildJvm.start(LargeFileReader.class, file.toString(), NEEDLE, THREAD)) {
            assertEquals(needles, Integer.parseInt(child.awaitLine("matches", patience)));
            assertEquals(2 * needles + 1, Integer.parseInt(child.awaitLine("lines", patience)));
            assertEquals(
                apartBytes - 9, Long.parseLong(child.awaitLine("longest", patience)));
            child.awaitLine("replaced", patience);
            child.awaitSuccess(patience);
            assertEquals(apartBytes - 9, FileSearch.of(file)
                .indexOf(THREAD.getBytes(StandardCharsets.UTF_8), apartBytes - 4096));
            return child.describe("read a large file");
        }
    }
}
