package org.fencepost.ipc.tests.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;

/**
 * What a fuzzer calls: a journal with bytes of the input in its files is opened, looked at, read
 * and published to. Any {@link ChannelException} is allowed, and nothing else; an access outside of
 * a mapping throws on this machine.
 *
 * <pre>
 *   0  u8   bits: same life, headers sealed, checksums of frames made again, view, verified
 *   1  any number of patches:
 *          u8 file   u16 offset / 8   u8 length, or 255: the offset is the file's size   bytes
 * </pre>
 */
public final class FuzzedJournal {
    static final int SAME_LIFE = 1;
    static final int SEALED = 2;
    static final int CHECKSUMS = 4;
    static final int VIEW = 8;
    static final int VERIFIED = 16;

    private static final String DIRECTORY = "/data";
    private static final String JOURNAL = DIRECTORY + "/journal";
    private static final int SEGMENT_BYTES = 4096;
    private static final List<String> FILES = List.of(JOURNAL + "/control", JOURNAL + "/cursors",
        JOURNAL + "/members", JOURNAL + "/" + SegmentFormat.name(0),
        JOURNAL + "/" + SegmentFormat.name(SEGMENT_BYTES));
    private static final int SIZE_INSTEAD = 255;
    private static final int LOOKS = 30;
    private static final Crash WHOLE = whole();

    private FuzzedJournal() {
    }

    /** By the name that Jazzer looks for. */
    public static void fuzzerTestOneInput(final byte[] input) {
        final ByteBuffer rest = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        final int flags = rest.hasRemaining() ? rest.get() : 0;
        final Disk disk = WHOLE.image(-1, false, Disk.Watcher.NOBODY);
        final long channelId = ByteBuffer.wrap(disk.content(FILES.getFirst()))
            .order(ByteOrder.LITTLE_ENDIAN).getLong(FileHeader.CHANNEL_ID_OFFSET);
        if ((flags & SAME_LIFE) != 0) {
            disk.overwrite(FILES.getFirst(), ControlFormat.BOOT_ID_OFFSET + Long.BYTES,
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(disk.bootId().getLeastSignificantBits()).array());
        }
        while (rest.remaining() >= Integer.BYTES) {
            patch(disk, rest);
        }
        FILES.forEach(file -> mend(disk, file, channelId, flags));
        try {
            use(new Machine(disk), flags);
        } catch (final ChannelException named) {
            // It says what is wrong.
        }
    }

    private static void patch(final Disk disk, final ByteBuffer input) {
        final String file = FILES.get((input.get() & 0xff) % FILES.size());
        final int offset = (input.getShort() & 0xffff) * Long.BYTES;
        final int length = input.get() & 0xff;
        if (length == SIZE_INSTEAD) {
            disk.resize(file, offset);
            return;
        }
        final int room = Math.max(0, disk.content(file).length - offset);
        final byte[] bytes = new byte[Math.min(room, Math.min(length, input.remaining()))];
        input.get(bytes);
        disk.overwrite(file, offset, bytes);
    }

    /** Makes checksums right, so that what they protect is met by whoever comes behind them. */
    private static void mend(
        final Disk disk, final String file, final long channelId, final int flags) {
        final byte[] content = disk.content(file);
        final ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if ((flags & SEALED) != 0 && content.length >= FileHeader.PAGE_BYTES) {
            FileHeader.seal(bytes);
        }
        if ((flags & CHECKSUMS) != 0 && file.contains(SegmentFormat.NAME_PREFIX)
            && content.length == SegmentFormat.DATA_OFFSET + SEGMENT_BYTES) {
            final long start = Long.parseLong(file.substring(file.length() - 16), 16);
            int at = 0;
            while (at < SEGMENT_BYTES) {
                final long word = bytes.getLong(SegmentFormat.DATA_OFFSET + at);
                if (word == 0 || !FrameFormat.isValid(
                    word, SEGMENT_BYTES - at, FrameFormat.ALIGNMENT, FrameFormat.flags(word))) {
                    break;
                }
                if (!FrameFormat.isPadding(word)) {
                    bytes.putInt(SegmentFormat.DATA_OFFSET + at + FrameFormat.CHECKSUM_OFFSET,
                        checksum(content, SegmentFormat.DATA_OFFSET + at, channelId, start + at));
                }
                at += (int) FrameFormat.span(FrameFormat.length(word), FrameFormat.ALIGNMENT);
            }
        }
        disk.overwrite(file, 0, content);
    }

    /** As docs/format.md has it. */
    private static int checksum(
        final byte[] content, final int at, final long channelId, final long position) {
        final ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        final long word = bytes.getLong(at);
        final ByteBuffer head = ByteBuffer.allocate(3 * Long.BYTES + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(channelId).putLong(position).putLong(word)
            .putInt(bytes.getInt(at + FrameFormat.TYPE_OFFSET));
        final CRC32C crc = new CRC32C();
        crc.update(head.flip());
        crc.update(content, at + FrameFormat.TIMESTAMP_OFFSET,
            FrameFormat.length(word) - FrameFormat.TIMESTAMP_OFFSET);
        return (int) crc.getValue();
    }

    private static void use(final Machine machine, final int flags) {
        final Path path = machine.path(JOURNAL);
        final boolean view = (flags & VIEW) != 0;
        try (Channel channel =
            view ? ChannelDoor.view(path, machine) : ChannelDoor.join(path, machine)) {
            channel.status();
            channel.earliestPosition();
            channel.durablePosition();
            read(channel, view ? SubscriberOptions.earliest().lossy()
                : SubscriberOptions.earliest().named("cursor", true), flags);
            if (!view) {
                read(channel, SubscriberOptions.earliest(), flags);
                try (Publisher publisher = channel.addPublisher()) {
                    final long end = publisher.offer(1, new byte[100], 0, 100);
                    channel.awaitDurable(Math.max(0, end), Duration.ZERO);
                }
            }
        }
    }

    private static void read(
        final Channel channel, final SubscriberOptions options, final int flags) {
        try (Subscriber subscriber = channel.addSubscriber(
            (flags & VERIFIED) == 0 ? options : options.verified())) {
            for (int look = 0; look < LOOKS; look++) {
                subscriber.poll((buffer, offset, length, header) -> {
                    final byte[] message = new byte[length];
                    buffer.getBytes(offset, message);
                    header.timestamp();
                    header.typeId();
                }, Integer.MAX_VALUE);
            }
        }
    }

    private static Crash whole() {
        final Disk disk = new Disk(true, Disk.Watcher.NOBODY, DIRECTORY);
        final Machine machine = new Machine(disk);
        try (Channel channel = ChannelDoor.open(
            machine.path(JOURNAL), ChannelOptions.journal(SEGMENT_BYTES), machine);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(
                SubscriberOptions.earliest().named("cursor", true))) {
            final Batch batch = new Batch();
            for (int i = 0; i < 8; i++) {
                final byte[] message = new byte[50 + 100 * i];
                Arrays.fill(message, (byte) i);
                publisher.offer(i, message, 0, message.length);
                publisher.tryClaimBatch(200, batch);
                batch.add(i, message, 0, 50);
                batch.add(i, message, 0, 30);
                batch.commit();
            }
            subscriber.poll((buffer, offset, length, header) -> { }, 4);
            channel.awaitDurable(channel.tailPosition(), Duration.ofHours(1));
        }
        return new Crash(disk);
    }
}
