package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;

/**
 * What stands in the files {@code control} and {@code cursors} of a channel now, as docs/format.md
 * says.
 */
final class SharedWords {
    private final Path directory;
    private ByteBuffer control;

    SharedWords(final Path directory) throws IOException {
        this.directory = directory;
        refresh();
    }

    /** Reads the words again. */
    void refresh() throws IOException {
        control = read(ControlFormat.FILE_NAME, ControlFormat.FILE_BYTES);
    }

    long magic() {
        return control.getLong(FileHeader.MAGIC_OFFSET);
    }

    int version() {
        return control.getInt(FileHeader.VERSION_OFFSET);
    }

    long channelId() {
        return control.getLong(FileHeader.CHANNEL_ID_OFFSET);
    }

    long tail() {
        return control.getLong(ControlFormat.TAIL_OFFSET);
    }

    long ready() {
        return control.getLong(ControlFormat.READY_OFFSET);
    }

    long clearing() {
        return control.getLong(ControlFormat.CLEARING_OFFSET);
    }

    long durable() {
        return control.getLong(ControlFormat.DURABLE_OFFSET) & ~ControlFormat.DURABLE_FAILED_MASK;
    }

    long earliest() {
        return control.getLong(ControlFormat.EARLIEST_OFFSET);
    }

    long epoch() {
        return control.getLong(ControlFormat.EPOCH_OFFSET);
    }

    /** Where a damaged frame is known to be; -1 if none is. */
    long damaged() {
        return control.getLong(ControlFormat.DAMAGED_OFFSET) - 1;
    }

    /** Where a cut has not ended; -1 if none is under way. */
    long cut() {
        return control.getLong(ControlFormat.CUT_OFFSET) - 1;
    }

    /** What contradicts itself in the words of a channel. */
    List<String> contradictions(final ChannelOptions options) {
        final long segmentBytes = options.segmentBytes();
        final List<String> found = new ArrayList<>();
        require(tail() <= ready(), found, "tail " + tail() + " is behind ready " + ready());
        require(ready() <= clearing() && clearing() <= ready() + segmentBytes, found,
            "ready " + ready() + " and clearing " + clearing()
                + " are not the same or one segment apart");
        // Zero in a journal, where one segment is enough.
        final long capacityBytes = segmentBytes * options.segmentCount();
        require(clearing() - capacityBytes >= options.startPosition(), found, "clearing " + clearing()
            + " is before the end of the first segments");
        require(earliest() <= tail(), found,
            "earliest " + earliest() + " is behind tail " + tail());
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            final int offset = ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES;
            final long start = control.getLong(offset + ControlFormat.SLOT_START_OFFSET);
            final long wonEnd = control.getLong(offset + ControlFormat.SLOT_WON_END_OFFSET);
            require((start == ControlFormat.START_NONE || ControlFormat.isPosition(start))
                && ControlFormat.isPosition(wonEnd) && wonEnd <= ready(), found,
                "publisher slot " + slot + " says start " + start + " and end " + wonEnd);
        }
        return found;
    }

    private static void require(
        final boolean holds, final List<String> found, final String otherwise) {
        if (!holds) {
            found.add(otherwise);
        }
    }

    /**
     * A cursor that is kept, or in use.
     *
     * @param problem what is wrong with it by itself; empty if nothing is.
     */
    record Cursor(int record, boolean named, String name, long position, String problem) {
    }

    /** The records of cursors that mean something by what they say themselves. */
    List<Cursor> cursors() throws IOException {
        final ByteBuffer file = read(CursorsFormat.FILE_NAME, CursorsFormat.FILE_BYTES);
        final List<Cursor> cursors = new ArrayList<>();
        for (int record = 0; record < CursorsFormat.SUBSCRIBERS_MAX; record++) {
            final int at = CursorsFormat.recordOffset(record);
            final long state = file.getLong(at + CursorsFormat.STATE_OFFSET);
            if (state == 0) {
                continue;
            }
            final int nameBytes = file.getInt(at + CursorsFormat.NAME_LENGTH_OFFSET);
            final boolean named = (state & CursorsFormat.STATE_NAMED) != 0;
            String name = "";
            String problem = state >>> 4 != 0 || (state & CursorsFormat.STATE_USED) == 0
                ? "its state is " + state : "";
            if (named && (nameBytes < 1 || nameBytes > CursorsFormat.NAME_BYTES_MAX)) {
                problem = "its name has " + nameBytes + " bytes";
            } else if (named) {
                try {
                    name = StandardCharsets.UTF_8.newDecoder().decode(
                        file.slice(at + CursorsFormat.NAME_OFFSET, nameBytes)).toString();
                } catch (final CharacterCodingException noText) {
                    problem = "its name is no text in UTF-8";
                }
            }
            final long batchIndex = file.getLong(at + CursorsFormat.BATCH_INDEX_OFFSET);
            if (named && (batchIndex < 0 || batchIndex > Integer.MAX_VALUE)) {
                problem = "it says that " + batchIndex + " messages of a batch are consumed";
            }
            cursors.add(new Cursor(record, named, name,
                file.getLong(at + CursorsFormat.POSITION_OFFSET), problem));
        }
        return cursors;
    }

    private ByteBuffer read(final String name, final int bytes) throws IOException {
        final ByteBuffer content = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel file =
            FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
            while (content.hasRemaining() && file.read(content) >= 0) {
                // Reads until all of it is there.
            }
        }
        return content.clear();
    }
}
