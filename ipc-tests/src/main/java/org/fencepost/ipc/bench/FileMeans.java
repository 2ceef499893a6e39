package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A way to write and to read a file of records of equal length. All ways do the same work with the
 * same bytes, and are held to it by the sums that they return.
 */
interface FileMeans {
    /** Of every record, and of every read or write of it. */
    int RECORD_BYTES = 256;
    /** Of the buffers of those that have some. */
    int BUFFER_BYTES = 64 * 1024;
    /** Written between two syncs, where it shall be durable. */
    int SYNC_BYTES = 1 << 20;
    /** In every so many records there is one of the words that are searched for. */
    int MARKED_EVERY = 1000;

    /** What it is called in the report. */
    String name();

    /** Whether it can be durable on a file system that is in memory. */
    default boolean canSyncMemory() {
        return true;
    }

    /** Records that are read at random places: enough of them to be timed. */
    default int randomReads() {
        return 20_000;
    }

    /** Writes so many records to a new file; durable ones are on the disk each MiB. */
    void write(Path file, int records, boolean durable) throws IOException;

    /** Reads all records in order and returns their {@link #sum}. */
    long read(Path file, int records) throws IOException;

    /** Reads the records of these numbers, in this order, and returns their sum. */
    long readAt(Path file, int[] numbers) throws IOException;

    /** Counts the records that hold the mark, by looking at every byte. */
    long search(Path file, int records) throws IOException;

    /** Replaces the mark by another word wherever it is; returns in how many records. */
    long replace(Path file, int records, boolean durable) throws IOException;

    /** Every way, in the order of the report. */
    static List<FileMeans> all() {
        return List.of(new StreamFile(), new ChannelFile(), new MappedFile(), new JournalFile());
    }

    /** What is searched for. */
    byte[] MARK = {'n', 'e', 'e', 'd', 'l', 'e', '!', '\n'};
    /** What replaces it. */
    byte[] REPLACEMENT = {'t', 'h', 'r', 'e', 'a', 'd', '!', '\n'};

    private static boolean isMarked(final int number) {
        return number % MARKED_EVERY == 0;
    }

    /** Fills a record: its number, letters, and in some the mark at the end. */
    static void fill(final byte[] record, final int number) {
        Arrays.fill(record, (byte) ('a' + number % 13));
        for (int i = 0; i < Integer.BYTES; i++) {
            record[i] = (byte) (number >>> i * Byte.SIZE);
        }
        if (isMarked(number)) {
            System.arraycopy(MARK, 0, record, RECORD_BYTES - MARK.length, MARK.length);
        }
    }

    /** A number that depends on the first bytes of a record and on its last one. */
    static long sum(final byte[] bytes, final int offset) {
        return (bytes[offset] & 0xFF) + 256L * (bytes[offset + 1] & 0xFF)
            + 65536L * (bytes[offset + 2] & 0xFF) + bytes[offset + RECORD_BYTES - 1];
    }

    /** Where the mark begins in a record, or -1. */
    static int markIn(final byte[] bytes, final int offset) {
        final byte first = MARK[0];
        for (int i = offset; i <= offset + RECORD_BYTES - MARK.length; i++) {
            if (bytes[i] == first && Arrays.equals(
                bytes, i, i + MARK.length, MARK, 0, MARK.length)) {
                return i;
            }
        }
        return -1;
    }

    /** What {@link #read} must return. */
    static long sumOfAll(final int records) {
        final byte[] record = new byte[RECORD_BYTES];
        long sum = 0;
        for (int number = 0; number < records; number++) {
            fill(record, number);
            sum += sum(record, 0);
        }
        return sum;
    }

    /** What {@link #readAt} must return. */
    static long sumOf(final int[] numbers) {
        final byte[] record = new byte[RECORD_BYTES];
        long sum = 0;
        for (final int number : numbers) {
            fill(record, number);
            sum += sum(record, 0);
        }
        return sum;
    }

    /** What {@link #search} and {@link #replace} must return. */
    static long marked(final int records) {
        return (records + MARKED_EVERY - 1) / MARKED_EVERY;
    }
}
