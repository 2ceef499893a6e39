package org.fencepost.ipc.tests.damage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A child under whose mappings files are cut. Every operation afterwards works, or throws a
 * {@link ChannelException}, or is overtaken by the JVM's own error; the child does not crash, and
 * goes on to the next file. The code is warm, because compiled code meets a missing page in other
 * ways than the interpreter.
 */
final class TruncatedWhileUsed {
    private static final int WARM_UP = 30_000;
    private static final int OPERATIONS = 300;

    private final Path directory;
    private final byte[] bytes = new byte[2_000];
    private final Claim claim = new Claim();
    private final Batch batch = new Batch();
    private long sum;
    private int refused;
    private int raisedLate;

    private TruncatedWhileUsed(final Path directory) {
        this.directory = directory;
    }

    public static void main(final String[] arguments) throws IOException {
        int number = 0;
        int wrong = 0;
        final ChannelOptions ring = ChannelOptions.ring(32 * 1024);
        for (final ChannelOptions options : List.of(
            ring, ring.withChecksums(true).withTimestamps(true), ChannelOptions.journal(1 << 20))) {
            for (final String file : List.of("segment", "control", "cursors", "members")) {
                for (final long bytesLeft : new long[] {0, 4096, 8192}) {
                    final String what = file + " cut to " + bytesLeft + " bytes in a " + options;
                    System.out.println("CASE " + what);
                    final TruncatedWhileUsed round = new TruncatedWhileUsed(
                        Path.of(arguments[0]).resolve("case-" + number++));
                    try {
                        round.run(options, file, bytesLeft);
                    } catch (final RuntimeException | Error failure) {
                        wrong++;
                        System.out.println("WRONG in " + what);
                        failure.printStackTrace();
                    }
                    System.out.println("REFUSED " + (round.refused + round.raisedLate) + " errors, "
                        + round.raisedLate + " late, after " + what);
                    round.deleteChannel();
                }
            }
        }
        System.out.println("DONE " + wrong + " wrong");
    }

    private void run(final ChannelOptions options, final String file, final long bytesLeft)
        throws IOException {
        try (Channel channel = Channel.open(directory, options);
            Publisher publisher = channel.addPublisher();
            Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest());
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.latest().lossy())) {
            final int warmUp = options.kind() == ChannelOptions.Kind.RING ? WARM_UP : OPERATIONS;
            for (int i = 0; i < warmUp; i++) {
                use(channel, publisher, gating, lossy, i);
            }
            if (refused > 0) {
                throw new AssertionError("refused before anything was cut");
            }
            cut(file, bytesLeft);
            for (int i = 0; i < OPERATIONS; i++) {
                use(channel, publisher, gating, lossy, i);
                if (i % 50 == 0) {
                    join(channel);
                }
            }
        } catch (final ChannelException refusal) {
            refused++;
        } catch (final InternalError late) {
            raisedLate++;
        }
    }

    private void use(
        final Channel channel,
        final Publisher publisher,
        final Subscriber gating,
        final Subscriber lossy,
        final int i) {
        attempt(() -> publisher.offer(i, bytes, 0, i % 200));
        attempt(() -> publisher.offer(i, bytes, 0, bytes.length));
        attempt(() -> {
            if (publisher.tryClaim(1, 100, claim) >= 0) {
                try (claim) {
                    claim.buffer().putBytes(0, bytes, 0, 100);
                    claim.buffer().putLong(50, i);
                    claim.commit();
                }
            }
        });
        attempt(() -> {
            if (publisher.tryClaimBatch(200, batch) >= 0) {
                try (batch) {
                    batch.add(1, bytes, 0, 50);
                    batch.tryAppend(2, 60);
                    batch.commit();
                }
            }
        });
        attempt(() -> poll(gating));
        attempt(() -> poll(lossy));
        attempt(channel::tailPosition);
        attempt(gating::lagBytes);
    }

    private void poll(final Subscriber subscriber) {
        subscriber.poll((buffer, offset, length, header) -> {
            for (int k = 0; k < length; k += 64) {
                sum += buffer.getByte(offset + k);
            }
            buffer.getBytes(offset, bytes, 0, length);
        }, 100);
    }

    private void join(final Channel channel) {
        attempt(() -> channel.addPublisher().close());
        attempt(() -> channel.addSubscriber(SubscriberOptions.latest()).close());
        attempt(() -> channel.addSubscriber(SubscriberOptions.earliest()).close());
        attempt(() -> channel.addSubscriber(SubscriberOptions.earliest().named("n", true)).close());
        attempt(() -> channel.housekeeping().doWork());
        attempt(channel::earliestPosition);
        attempt(channel::hasSubscribers);
        attempt(channel::status);
    }

    /**
     * The JVM raises an error for a missing page as late as when the operation has been left, if
     * it was compiled into its caller; the library cannot name it then.
     */
    private void attempt(final Runnable operation) {
        try {
            operation.run();
        } catch (final InternalError late) {
            raisedLate++;
        } catch (final IllegalStateException openClaim) {
            if (raisedLate == 0) {
                throw openClaim;
            }
            // Such an error came between a claim and its return, so nobody could resolve it.
            refused++;
        } catch (final ChannelException refusal) {
            refused++;
            if (!refusal.getMessage().contains(directory.toString())) {
                throw new AssertionError("should say where: " + refusal.getMessage(), refusal);
            }
        }
    }

    private void cut(final String name, final long bytesLeft) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(name)) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(bytesLeft);
                    }
                }
            }
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
