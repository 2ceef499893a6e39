package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;

/**
 * Replaces bytes by as many others inside a file: first a durable record of what will be where,
 * then the bytes, made durable, then the record goes. What a crash leaves:
 *
 * <pre>
 *   record   bytes at the places     what the next one does
 *   none     all old, or all new     nothing
 *   there    all new                 writes the new ones again, durably, and removes the record
 *   there    old, new, or mixed      the same with the old ones, or with the new ones if asked to
 *   there    something else          refuses: who does not use the guard has written
 * </pre>
 */
final class InPlaceChange {
    static final String RECORD = "undo";

    /** Where a change that was not finished goes. */
    enum Direction { BACK, BACK_UNLESS_COMPLETE, FORWARD }

    private final Surroundings surroundings;
    private final Path file;
    private final Path directory;

    InPlaceChange(final Surroundings surroundings, final Path file, final Path directory) {
        this.surroundings = surroundings;
        this.file = file;
        this.directory = directory;
    }

    private FileCalls calls() {
        return surroundings.calls();
    }

    private Path recordPath() {
        return directory.resolve(RECORD);
    }

    /** Replaces all of them; how many there were. */
    long replace(final byte[] oldBytes, final byte[] newBytes) throws IOException {
        final long size = calls().status(file, false).map(there -> there.sizeBytes()).orElse(0L);
        final UndoRecord change =
            new UndoRecord(size, oldBytes, newBytes, size == 0 ? new long[0] : find(oldBytes));
        if (change.places().length == 0) {
            return 0;
        }
        try (FileHandle handle = calls().open(file, true)) {
            check(handle, change, "try again");
            keep(change);
            try {
                write(handle, change, newBytes);
            } catch (final IOException refusal) {
                throw undone(refusal);
            }
        }
        removeRecordOfNew();
        return change.places().length;
    }

    private void removeRecordOfNew() {
        try {
            removeRecord();
        } catch (final IOException refusal) {
            throw new FileFailedException(
                file, Content.NEW, "removing the undo record", refusal);
        }
    }

    private long[] find(final byte[] bytes) throws IOException {
        final PlaceList places = new PlaceList();
        FileSearch.of(file).forEach(bytes, 0, places);
        if (places.count > UndoRecord.PLACES_MAX) {
            throw new FileSystemException(file.toString(), null,
                "expected at most " + UndoRecord.PLACES_MAX + " places, found more; write the whole file anew instead");
        }
        return Arrays.copyOf(places.places, places.count);
    }

    /** Collects positions, up to one more than there may be. */
    private static final class PlaceList implements LongPredicate {
        private static final int PLACES_AT_FIRST = 16;

        private long[] places = new long[PLACES_AT_FIRST];
        private int count;

        @Override
        public boolean test(final long place) {
            if (count == places.length) {
                places = Arrays.copyOf(places, 2 * count);
            }
            places[count++] = place;
            return count <= UndoRecord.PLACES_MAX;
        }
    }

    private void keep(final UndoRecord change) throws IOException {
        try {
            AtomicFile.of(surroundings, recordPath(),
                FileOptions.defaults().newFilePermissions(0600)).writeBytes(change.encode());
        } catch (final FileFailedException ofTheRecord) {
            // What it says is about the record; of the file nothing was changed. A record that is
            // there all the same is removed by the next change.
            throw ofTheRecord.getCause();
        }
    }

    private FileFailedException undone(final IOException refusal) {
        try {
            recover(Direction.BACK);
            return new FileFailedException(
                file, Content.OLD, "replacing bytes in place", refusal);
        } catch (final IOException | FileFailedException second) {
            refusal.addSuppressed(second);
            return new FileFailedException(
                file, Content.MIXED, "replacing bytes in place", refusal);
        }
    }

    /** Ends what is recorded, if anything is; at how many places. */
    long recover(final Direction direction) throws IOException {
        final Optional<byte[]> content = Contents.read(calls(), recordPath());
        if (content.isEmpty()) {
            return 0;
        }
        final UndoRecord change = UndoRecord.decode(recordPath(), content.get());
        try (FileHandle handle = calls().open(file, true)) {
            final boolean complete = check(handle, change, remedy());
            final boolean forward = direction == Direction.FORWARD
                || complete && direction == Direction.BACK_UNLESS_COMPLETE;
            writeAgain(handle, change, forward ? change.newBytes() : change.oldBytes());
        } catch (final NoSuchFileException missing) {
            throw misfit("expected the file of an undo record, found none", remedy());
        }
        if (direction == Direction.FORWARD) {
            removeRecordOfNew();
        } else {
            removeRecord();
        }
        return change.places().length;
    }

    private void removeRecord() throws IOException {
        calls().unlink(recordPath());
        calls().syncDirectory(directory);
    }

    private void writeAgain(
        final FileHandle handle, final UndoRecord change, final byte[] bytes) {
        try {
            write(handle, change, bytes);
        } catch (final IOException refusal) {
            throw new FileFailedException(file, Content.MIXED,
                "ending a replacement in place that was not finished", refusal);
        }
    }

    private static void write(
        final FileHandle handle, final UndoRecord change, final byte[] bytes) throws IOException {
        for (final long place : change.places()) {
            Temporary.write(handle, ByteBuffer.wrap(bytes), place);
        }
        handle.sync();
    }

    /** Insists that every byte is the old or the new one; whether all are new. */
    private boolean check(
        final FileHandle handle, final UndoRecord change, final String remedy) throws IOException {
        final long size = handle.status().sizeBytes();
        if (size != change.sizeBytes()) {
            throw misfit("expected " + change.sizeBytes() + " bytes, found " + size, remedy);
        }
        boolean complete = true;
        final ByteBuffer there = ByteBuffer.allocate(change.oldBytes().length);
        for (final long place : change.places()) {
            there.clear();
            int read = 0;
            while (there.hasRemaining() && read >= 0) {
                read = handle.read(there, place + there.position());
            }
            for (int i = 0; i < there.capacity(); i++) {
                final byte found = there.get(i);
                if (found != change.oldBytes()[i] && found != change.newBytes()[i]) {
                    throw misfit("expected the old or the new byte at " + (place + i)
                        + ", found 0x" + Integer.toHexString(found & 0xff), remedy);
                }
                complete &= found == change.newBytes()[i];
            }
        }
        return complete;
    }

    /** What to do about a record that does not fit. */
    private String remedy() {
        return "look at it, then remove " + recordPath();
    }

    private IOException misfit(final String what, final String remedy) {
        return new FileSystemException(
            file.toString(), null, what + ": it was changed by who does not use its guard; " + remedy);
    }
}
