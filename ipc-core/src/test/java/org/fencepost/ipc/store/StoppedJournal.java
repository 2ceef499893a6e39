package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.Recovery.Finding;

/** The files of a journal that nobody has open, and what may become of them. */
final class StoppedJournal {
    static final int SEGMENT = 8192;
    static final int MESSAGE = 900;
    /** What such a message takes in the log. */
    static final int FRAME = (24 + MESSAGE + 15) / 16 * 16;
    static final Duration LONG = Duration.ofSeconds(20);

    private final Path path;

    StoppedJournal(final Path path) {
        this.path = path;
    }

    /** Publishes messages that hold their numbers from {@code first} on; returns where each ends. */
    List<Long> publish(final int first, final int count) {
        try (Channel channel = Channel.open(path, ChannelOptions.journal(SEGMENT))) {
            return publish(channel, first, count);
        }
    }

    /** The same into one that somebody has open. */
    List<Long> publish(final Channel channel, final int first, final int count) {
        final List<Long> ends = new ArrayList<>();
        try (Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < count; i++) {
                final byte[] bytes = new byte[MESSAGE];
                ByteBuffer.wrap(bytes).putInt(first + i);
                final long end = publisher.offer(1, bytes, 0, bytes.length);
                assertTrue(end > 0, () -> Publisher.describe(end));
                ends.add(end);
            }
        }
        return ends;
    }

    /** The numbers in all messages that can be read. */
    List<Integer> numbers() {
        try (Channel channel = Channel.join(path)) {
            return numbers(channel);
        }
    }

    /** The numbers in all messages that can be read in there. */
    List<Integer> numbers(final Channel channel) {
        final List<Integer> numbers = new ArrayList<>();
        try (Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            // A look at a claim that is open is one in eight.
            for (int looks = 0; looks < 100; looks++) {
                subscriber.poll((buffer, offset, length, header) -> numbers.add(
                    Integer.reverseBytes(buffer.getInt(offset))), Integer.MAX_VALUE);
            }
        }
        return numbers;
    }

    /** From here on it was another boot of the system in which it was open last. */
    void reboot() throws IOException {
        word(ControlFormat.BOOT_ID_OFFSET, 1);
    }

    long word(final int offset) throws IOException {
        return control().getLong(offset);
    }

    void word(final int offset, final long value) throws IOException {
        final ByteBuffer control = control();
        control.putLong(offset, value);
        Files.write(path.resolve(ControlFormat.FILE_NAME), control.array());
    }

    /** Has a file say that another version of the format is in it. */
    void version(final Path file, final int version) throws IOException {
        final ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        content.putInt(FileHeader.VERSION_OFFSET, version);
        Files.write(file, FileHeader.seal(content).array());
    }

    /** Changes bytes of the log. */
    void overwrite(final long position, final byte[] bytes) throws IOException {
        final Path file = segment(position / SEGMENT * SEGMENT);
        final byte[] content = Files.readAllBytes(file);
        System.arraycopy(bytes, 0, content,
            (int) (SegmentFormat.DATA_OFFSET + position % SEGMENT), bytes.length);
        Files.write(file, content);
    }

    Path segment(final long place) {
        return path.resolve(SegmentFormat.name(place));
    }

    /** Names and contents of all files. */
    Map<String, ByteBuffer> files() throws IOException {
        final Map<String, ByteBuffer> files = new HashMap<>();
        try (Stream<Path> entries = Files.list(path)) {
            for (final Path entry : entries.toList()) {
                files.put(entry.getFileName().toString(),
                    ByteBuffer.wrap(Files.readAllBytes(entry)));
            }
        }
        return files;
    }

    /** A copy in another directory, as {@code cp -r} makes it. */
    StoppedJournal copy(final Path target) throws IOException {
        Files.createDirectory(target);
        for (final Map.Entry<String, ByteBuffer> file : files().entrySet()) {
            Files.write(target.resolve(file.getKey()), file.getValue().array());
        }
        return new StoppedJournal(target);
    }

    /** The first sync of each handle leaves a receipt for what was durable before it. */
    List<Long> publishDurably(final int... counts) {
        final List<Long> ends = new ArrayList<>();
        for (final int count : counts) {
            ends.addAll(publish(ends.size(), count));
            try (Channel channel = Channel.join(path)) {
                // It would leave another one.
                channel.housekeeping().byHand();
                assertTrue(channel.awaitDurable(ends.getLast(), LONG));
            }
        }
        return ends;
    }

    /** How much a segment says is on the disk. */
    long receipt(final long place) throws IOException {
        final ByteBuffer page = ByteBuffer.wrap(Files.readAllBytes(segment(place)))
            .order(ByteOrder.LITTLE_ENDIAN);
        return SegmentFormat.receiptBytes(page.getLong(FileHeader.CHANNEL_ID_OFFSET), place, SEGMENT,
            page.getLong(SegmentFormat.RECEIPT_OFFSET));
    }

    /** As a process leaves it whose sync has failed; not marked, if it was killed just then. */
    void fail(final long end, final boolean marked) throws IOException {
        final int last = ControlFormat.SYNC_SLOTS_OFFSET
            + (ControlFormat.SYNCS_MAX - 1) * ControlFormat.SYNC_SLOT_BYTES;
        word(last + ControlFormat.SYNC_TO_OFFSET, end);
        word(last + ControlFormat.SYNC_ERRNO_OFFSET, 5);
        if (marked) {
            word(ControlFormat.DURABLE_OFFSET, ControlFormat.SYNCS_MAX);
        }
    }

    /** Has it recovered, as who opens it would. */
    Finding recover() throws IOException {
        return recover(path);
    }

    static Finding recover(final Path place) throws IOException {
        return recovery(place, new FaultyCalls(Platform.detect().files())).run();
    }

    static Recovery recovery(final Path place, final FileCalls calls) {
        final ChannelDirectory files = new ChannelDirectory(place, Platform.detect());
        return new Recovery(files, Platform.detect(), calls, files.readGeometry());
    }

    /** The first numbers there are. */
    static List<Integer> numbers(final int count) {
        return new ArrayList<>(IntStream.range(0, count).boxed().toList());
    }

    private ByteBuffer control() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path.resolve(ControlFormat.FILE_NAME)))
            .order(ByteOrder.LITTLE_ENDIAN);
    }
}
