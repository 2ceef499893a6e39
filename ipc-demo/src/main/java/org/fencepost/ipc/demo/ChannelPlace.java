package org.fencepost.ipc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.fencepost.ipc.ChannelOptions;

/**
 * The channel of a run: where it is and what it is.
 *
 * @param directory of the channel.
 * @param journal   whether it is a journal, which is kept; a ring goes when the run ends.
 */
record ChannelPlace(Path directory, boolean journal) {
    /**
     * Capacity of the ring. Larger than what crosses between two processes fastest, because a demo
     * has more processes than small machines have cores: whoever is off the core leaves the others
     * room for a time slice.
     */
    static final long RING_BYTES = 8L << 20;
    /** Size of one file of the journal. */
    static final long JOURNAL_SEGMENT_BYTES = 16L << 20;

    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String DIRECTORY_PREFIX = "fencepost-demo-";

    /**
     * Makes a directory and names a ring in it, in memory if the system has a place for that. A
     * channel is prepared beside its name; so whoever removes the directory misses nothing.
     */
    static ChannelPlace freshRing() throws IOException {
        final Path directory = holdsRing(MEMORY)
            ? Files.createTempDirectory(MEMORY, DIRECTORY_PREFIX)
            : Files.createTempDirectory(DIRECTORY_PREFIX);
        return new ChannelPlace(directory.resolve("ring"), false);
    }

    /** Makes a directory and names a journal in it. */
    static ChannelPlace freshJournal() throws IOException {
        return new ChannelPlace(
            Files.createTempDirectory(DIRECTORY_PREFIX).resolve("journal"), true);
    }

    ChannelOptions options() {
        return journal
            ? ChannelOptions.journal(JOURNAL_SEGMENT_BYTES)
            : ChannelOptions.ring(RING_BYTES);
    }

    /** Removes a ring and the directory made for it; nothing of a journal. Others may do so too. */
    void removeRing() throws IOException {
        if (!journal) {
            removeTree(directory.getParent());
        }
    }

    private static void removeTree(final Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> entries = Files.list(path)) {
                for (final Path entry : entries.toList()) {
                    removeTree(entry);
                }
            } catch (final NoSuchFileException e) {
                // Somebody else who clears away was faster.
                return;
            }
        }
        Files.deleteIfExists(path);
    }

    private static boolean holdsRing(final Path directory) {
        try {
            return Files.isWritable(directory)
                && Files.getFileStore(directory).type().equals("tmpfs")
                && Files.getFileStore(directory).getUsableSpace() > 2 * RING_BYTES;
        } catch (final IOException e) {
            return false;
        }
    }
}
