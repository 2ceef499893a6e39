package org.fencepost.ipc.tests.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.os.CountingPlatform;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.SyncRecordingPlatform;

/**
 * One run of a real channel by two publishers, out of a seed, with crashes: images of what the disk may
 * hold at that moment, each of which is recovered and compared with what was published and what was
 * reported as durable by then, and then used again.
 */
final class CrashRun {
    private static final int SEGMENT_BYTES = 8192;
    private static final int OPERATIONS = 60;
    private static final int MESSAGE_BYTES_MAX = 1500;
    /** A look at the pages is one access out of so many. */
    private static final int STEPS_PER_LOOK = 24;
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(SEGMENT_BYTES);
    /** Of the control file; docs/format.md. */
    private static final int BOOT_ID_OFFSET = 6528;

    private final long seed;
    private final SplittableRandom random;
    private final Path live;
    private final Path images;
    private final PageHistory history;
    private final List<byte[]> pending = new ArrayList<>();
    private final List<Image> taken = new ArrayList<>();
    private long acknowledged;
    private boolean recording;
    private int steps;
    private int messages;

    private record Image(Path path, long acknowledged, int operation) {
    }

    private record Message(long end, byte[] content) {
    }

    CrashRun(final long seed, final Path disk, final Path images) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.live = disk.resolve("live-" + seed);
        this.images = images;
        this.history = new PageHistory(live);
    }

    /** Runs and checks; how many images. */
    int run(final int imagesPerRun) throws IOException {
        final Platform platform = new SyncRecordingPlatform(
            new CountingPlatform(this::step, file -> file), this::synced);
        final List<Message> log;
        try (Channel channel = ChannelDoor.open(live, OPTIONS, platform)) {
            history.look();
            recording = true;
            operate(channel, imagesPerRun);
            recording = false;
            log = read(channel);
        }
        delete(live);
        for (final Image image : taken) {
            check(image, log);
        }
        return taken.size();
    }

    private void operate(final Channel channel, final int imagesPerRun) throws IOException {
        final Claim claim = new Claim();
        final Batch batch = new Batch();
        try (Publisher one = channel.addPublisher(); Publisher other = channel.addPublisher()) {
            for (int operation = 0; operation < OPERATIONS; operation++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> offer(one);
                    case 3 -> toggle(other, claim);
                    case 4 -> offerBatch(one, batch);
                    default -> awaitDurable(channel);
                }
                while (taken.size() < (long) imagesPerRun * (operation + 1) / OPERATIONS) {
                    take(operation);
                }
            }
            claim.close();
        }
    }

    private void offer(final Publisher publisher) {
        final byte[] content = content();
        while (publisher.offer(1, content, 0, content.length) == Publisher.PREPARING) {
            Thread.onSpinWait();
        }
    }

    /** Claims, or resolves what was claimed some operations ago. */
    private void toggle(final Publisher publisher, final Claim claim) {
        if (claim.isOpen()) {
            if (random.nextInt(4) == 0) {
                claim.abort();
            } else {
                claim.commit();
            }
            return;
        }
        final byte[] content = content();
        if (publisher.tryClaim(2, content.length, claim) >= 0) {
            claim.buffer().putBytes(0, content);
        }
    }

    private void offerBatch(final Publisher publisher, final Batch batch) {
        if (publisher.tryClaimBatch(1 + random.nextInt(3000), batch) >= 0) {
            byte[] content = content();
            while (batch.add(3, content, 0, content.length)) {
                content = content();
            }
            batch.commit();
        }
    }

    private void awaitDurable(final Channel channel) {
        final long position = channel.tailPosition();
        channel.awaitDurable(position, Duration.ofNanos(200_000));
        acknowledged = Math.max(acknowledged, channel.durablePosition());
    }

    private byte[] content() {
        final byte[] content = new byte[8 + random.nextInt(MESSAGE_BYTES_MAX)];
        new SplittableRandom(seed + messages).nextBytes(content);
        ByteBuffer.wrap(content).putInt(messages++);
        return content;
    }

    private void step() {
        if (recording && steps++ % STEPS_PER_LOOK == 0) {
            try {
                history.look();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void synced(final Path file, final long offset, final long lengthBytes) {
        try {
            history.synced(file, offset, lengthBytes);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(final int operation) throws IOException {
        history.look();
        final Path image = images.resolve("image-" + seed + "-" + taken.size());
        history.write(image, random.split());
        taken.add(new Image(image, acknowledged, operation));
    }

    private void check(final Image image, final List<Message> log) throws IOException {
        final Path control = image.path().resolve("control");
        final byte[] words = Files.readAllBytes(control);
        ByteBuffer.wrap(words).putLong(BOOT_ID_OFFSET, 1);
        Files.write(control, words);
        final long end;
        final List<Message> found;
        try (Channel channel = Channel.join(image.path())) {
            end = channel.tailPosition();
            found = read(channel);
            try (Publisher publisher = channel.addPublisher()) {
                offer(publisher);
            }
            if (read(channel).size() != found.size() + 1) {
                throw failure(image, "does not go on behind its end " + end);
            }
        }
        if (end < image.acknowledged()) {
            throw failure(image, "ends at " + end + ", but " + image.acknowledged()
                + " was reported as durable");
        }
        for (int i = 0; i < found.size(); i++) {
            final Message message = found.get(i);
            if (i >= log.size() || message.end() != log.get(i).end()
                || !Arrays.equals(message.content(), log.get(i).content())) {
                throw failure(image, "message " + i + ", which ends at " + message.end()
                    + ", was not published there");
            }
        }
        if (found.size() < log.stream().filter(m -> m.end() <= end).count()) {
            throw failure(image, "has " + found.size() + " messages up to " + end);
        }
        delete(image.path());
    }

    private AssertionError failure(final Image image, final String what) {
        return new AssertionError("seed " + seed + ", image " + image.path() + " taken after operation "
            + image.operation() + ": it " + what + "; repeat with -Dcrash.seed=" + seed);
    }

    private static List<Message> read(final Channel channel) {
        final List<Message> messages = new ArrayList<>();
        try (Subscriber subscriber =
            channel.addSubscriber(SubscriberOptions.earliest().verified())) {
            int idle = 0;
            while (idle < 20) {
                final int polled = subscriber.poll((buffer, offset, length, header) -> {
                    final byte[] content = new byte[length];
                    buffer.getBytes(offset, content);
                    messages.add(new Message(header.position(), content));
                }, Integer.MAX_VALUE);
                idle = polled == 0 ? idle + 1 : 0;
            }
        }
        return messages;
    }

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (final Path entry : entries.toList()) {
                Files.delete(entry);
            }
        }
        Files.delete(directory);
    }
}
