package org.fencepost.ipc.tests.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A child that uses a channel whose shared bytes somebody overwrites with random ones, behind its
 * back or before it comes. Each operation has to succeed, to wait, or to throw a
 * {@link ChannelException}, and each message that is delivered can be read as far as it says, which
 * is no more than a segment. Prints each seed, so that the last one is known if the JVM crashes or
 * hangs.
 */
final class GarbageInside {
    private static final int SEGMENT_BYTES = 4096;
    private static final int DATA_OFFSET = 4096;
    private static final int OPERATIONS = 60;

    private final Path directory;
    private final ChannelOptions options;
    private final Random random;
    private int refused;

    private GarbageInside(final Path directory, final ChannelOptions options, final long seed) {
        this.directory = directory;
        this.options = options;
        this.random = new Random(seed);
    }

    public static void main(final String[] arguments) throws Exception {
        final long first = Long.parseLong(arguments[2]);
        final int count = Integer.parseInt(arguments[3]);
        int refused = 0;
        int wrong = 0;
        for (long seed = first; seed < first + count; seed++) {
            System.out.println("SEED " + seed);
            final ChannelOptions options = switch ((int) (seed % 4)) {
                case 0 -> ChannelOptions.ring(8 * SEGMENT_BYTES);
                case 1 -> ChannelOptions.ring(2 * SEGMENT_BYTES, 2).withChecksums(true);
                case 2 -> ChannelOptions.ring(8 * SEGMENT_BYTES).withTimestamps(true);
                default -> ChannelOptions.journal(SEGMENT_BYTES);
            };
            final GarbageInside round =
                new GarbageInside(Path.of(arguments[0]).resolve("seed-" + seed), options, seed);
            try {
                round.run(arguments[1]);
            } catch (final RuntimeException | Error failure) {
                // The other seeds are tried too, so that one run shows all that is wrong.
                wrong++;
                System.out.println("WRONG with seed " + seed);
                failure.printStackTrace();
            }
            round.deleteChannel();
            refused += round.refused;
        }
        System.out.println("DONE " + refused + " refused, " + wrong + " wrong");
    }

    private void run(final String where) throws IOException {
        if (where.equals("segments")) {
            inSegments();
        } else {
            inWords();
        }
    }

    private void inSegments() throws IOException {
        try (Channel channel = Channel.open(directory, options);
            Publisher publisher = channel.addPublisher();
            Subscriber gating = channel.addSubscriber(SubscriberOptions.latest());
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.latest().lossy())) {
            use(channel, publisher, gating, lossy);
            for (int i = 0; i < 5; i++) {
                overwriteSegments(random.nextBoolean() ? gating.position() : lossy.position());
                use(channel, publisher, gating, lossy);
            }
        }
    }

    private void inWords() throws IOException {
        final boolean live = random.nextBoolean();
        try (Channel channel = Channel.open(directory, options);
            Publisher publisher = channel.addPublisher();
            Subscriber gating = channel.addSubscriber(
                SubscriberOptions.earliest().named("kept", true));
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.latest().lossy())) {
            use(channel, publisher, gating, lossy);
            if (live) {
                overwriteWords();
                use(channel, publisher, gating, lossy);
            }
        } catch (final ChannelException refusal) {
            refused(refusal);
        }
        overwriteWords();
        try (Channel channel = Channel.join(directory);
            Publisher publisher = channel.addPublisher();
            Subscriber gating = channel.addSubscriber(
                SubscriberOptions.earliest().named("kept", true));
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            use(channel, publisher, gating, lossy);
        } catch (final ChannelException refusal) {
            refused(refusal);
        }
    }

    private void use(
        final Channel channel,
        final Publisher publisher,
        final Subscriber gating,
        final Subscriber lossy) {
        final Claim claim = new Claim();
        final byte[] bytes = new byte[publisher.maxMessageLength()];
        for (int i = 0; i < OPERATIONS; i++) {
            final int length = random.nextInt(10) == 0
                ? random.nextInt(bytes.length) : random.nextInt(200);
            attempt(() -> publisher.offer(random.nextInt(), bytes, 0, length));
            attempt(() -> {
                if (publisher.tryClaim(1, length, claim) >= 0) {
                    claim.buffer().setMemory(0, length, (byte) 7);
                    claim.commit();
                }
            });
            attempt(() -> gating.poll(this::onMessage, 3));
            attempt(() -> lossy.poll(this::onMessage, 3));
            if (i % 20 == 0) {
                attempt(() -> channel.housekeeping().doWork());
                attempt(() -> channel.addSubscriber(SubscriberOptions.earliest()).close());
                attempt(() -> gating.seek(gating.position() + random.nextInt(3) * 16L));
                attempt(() -> gating.seek(channel.earliestPosition()));
                attempt(() -> channel.addPublisher().close());
                attempt(channel::hasSubscribers);
                attempt(() -> channel.status().toString());
                attempt(gating::lagBytes);
            }
        }
    }

    private void attempt(final Runnable operation) {
        try {
            operation.run();
        } catch (final ChannelException refusal) {
            refused(refusal);
        }
    }

    private void refused(final ChannelException refusal) {
        if (!refusal.getMessage().contains(directory.toString())) {
            throw new AssertionError("should say where: " + refusal.getMessage(), refusal);
        }
        refused++;
    }

    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        final int header0 = options.timestamps() ? 24 : 16;
        if (length < 0 || length > SEGMENT_BYTES - header0 || offset + length > buffer.capacity()) {
            throw new AssertionError(
                length + " bytes at " + offset + " of " + buffer.capacity());
        }
        if (header.position() % 16 != 0) {
            throw new AssertionError("a frame that ends at " + header.position());
        }
        // Every byte that is promised can be read.
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += buffer.getByte(offset + i);
        }
        if (sum == Integer.MIN_VALUE) {
            throw new AssertionError("no sum of so few bytes");
        }
    }

    /** Random bytes, or numbers that look right, where the next frames are, or anywhere. */
    private void overwriteSegments(final long position) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.sorted().toList()) {
                if (file.getFileName().toString().startsWith("segment-")) {
                    overwriteSegment(file, position);
                }
            }
        }
    }

    private void overwriteSegment(final Path file, final long position) throws IOException {
        final ByteBuffer data = map(file, DATA_OFFSET);
        for (int i = 0; i < 6; i++) {
            final int at = random.nextBoolean()
                ? (int) (position % SEGMENT_BYTES)
                : random.nextInt(SEGMENT_BYTES / 16) * 16;
            switch (random.nextInt(5)) {
                case 0 -> data.putInt(at, random.nextInt());
                case 1 -> data.putLong(at, random.nextLong());
                case 2 -> data.putInt(at, random.nextInt(3 * SEGMENT_BYTES) - 100);
                // A plausible header: length, kind, flags, publisher.
                case 3 -> {
                    data.putInt(at, random.nextInt(SEGMENT_BYTES + 64));
                    data.put(at + 4, (byte) random.nextInt(5));
                    data.put(at + 5, (byte) random.nextInt(5));
                    data.putShort(at + 6, (short) random.nextInt(300));
                }
                default -> {
                    for (int k = at; k < SEGMENT_BYTES && k < at + 64; k++) {
                        data.put(k, (byte) random.nextInt());
                    }
                }
            }
        }
    }

    /** Some words of control and cursors, behind their headers. */
    private void overwriteWords() throws IOException {
        final int[] tails = {0, 128, 136, 256, 384, 392, 400};
        final ByteBuffer control = map(directory.resolve("control"), 4096);
        final ByteBuffer cursors = map(directory.resolve("cursors"), 4096);
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            switch (random.nextInt(4)) {
                case 0 -> control.putLong(tails[random.nextInt(tails.length)], value());
                // Slots: start and wonEnd.
                case 1 -> control.putLong(
                    4096 + random.nextInt(4) * 128 + random.nextInt(2) * 8, value());
                // The number of records, then positions, indexes, states, lengths of names.
                case 2 -> cursors.putLong(0, value());
                default -> cursors.putLong(
                    4096 + random.nextInt(4) * 256
                        + new int[] {0, 8, 128, 136, 144, 152}[random.nextInt(6)], value());
            }
        }
    }

    private long value() {
        return switch (random.nextInt(7)) {
            case 0 -> random.nextLong();
            case 1 -> -1L - random.nextInt(100);
            case 2 -> random.nextInt(20 * SEGMENT_BYTES);
            case 3 -> random.nextInt(20 * SEGMENT_BYTES / 16) * 16L;
            case 4 -> random.nextInt(20) * (long) SEGMENT_BYTES;
            case 5 -> 1L << random.nextInt(64);
            default -> random.nextInt(300);
        };
    }

    private static ByteBuffer map(final Path file, final int from) throws IOException {
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final MappedByteBuffer mapped =
                channel.map(FileChannel.MapMode.READ_WRITE, from, channel.size() - from);
            return mapped.order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private void deleteChannel() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
