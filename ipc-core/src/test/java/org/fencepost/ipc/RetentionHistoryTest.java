package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Journals whose retention, clock, handles, cursors and removers change at random: who gates misses nothing, whoever
 * does not is told, and no file is left.
 */
@Timeout(300)
class RetentionHistoryTest {
    private static final long SEGMENT = 8192;
    private static final int STEPS = 300;
    private static final int HISTORIES = Integer.getInteger("histories", 5);
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @TempDir
    Path directory;

    @Test
    void shouldKeepWhatIsNeededAndNothingElse() throws IOException {
        for (int i = 0; i < HISTORIES; i++) {
            final long seed = SEED + i;
            try (History history = new History(directory.resolve("journal-" + i), new Random(seed))) {
                for (int step = 0; step < STEPS; step++) {
                    history.step();
                }
                history.end();
            } catch (final AssertionError | RuntimeException e) {
                throw new AssertionError("-Dseed=" + seed + " -Dhistories=1: " + e.getMessage(), e);
            }
        }
    }

    /** One journal and all who have to do with it, in one thread. */
    private static final class History implements AutoCloseable {
        private final Path path;
        private final Random random;
        private final Channel main;
        private final Publisher publisher;
        private final Publisher slow;
        private final Claim claim = new Claim();
        private int claimed = -1;
        private final Set<Integer> aborted = new HashSet<>();
        private final List<Channel> others = new ArrayList<>();
        private final List<Reader> readers = new ArrayList<>();
        /** The number that the last owner of a cursor has read last. */
        private final Map<String, Integer> lastRead = new HashMap<>();
        private long nowNanos = TimeUnit.DAYS.toNanos(20_000);
        private long earliest;
        private int next;

        History(final Path path, final Random random) {
            this.path = path;
            this.random = random;
            this.main = Channel.open(path, ChannelOptions.journal(SEGMENT), Platform.detect(), () -> nowNanos);
            main.housekeeping().byHand();
            this.publisher = main.addPublisher();
            this.slow = main.addPublisher();
        }

        void step() {
            final int what = random.nextInt(100);
            if (what < 35) {
                for (int i = random.nextInt(12); i >= 0; i--) {
                    publish();
                }
            } else if (what < 60) {
                if (!readers.isEmpty()) {
                    readers.get(random.nextInt(readers.size())).poll(random.nextInt(20));
                }
            } else if (what < 68) {
                work(others.isEmpty() || random.nextBoolean() ? main : others.get(random.nextInt(others.size())));
            } else if (what < 73) {
                nowNanos += random.nextLong(TimeUnit.MINUTES.toNanos(90)) - TimeUnit.MINUTES.toNanos(30);
            } else if (what < 78) {
                main.changeRetention(random.nextInt(4) * SEGMENT * random.nextInt(2),
                    Duration.ofMinutes(random.nextInt(60) * random.nextInt(2)));
            } else if (what < 84) {
                addReader();
            } else if (what < 88) {
                if (!readers.isEmpty()) {
                    readers.remove(random.nextInt(readers.size())).close();
                }
            } else if (what < 91) {
                if (others.size() < 3) {
                    join(random.nextBoolean());
                }
            } else if (what < 93) {
                leave();
            } else {
                claim();
            }
            assertTrue(main.earliestPosition() >= earliest, "it went back");
            earliest = main.earliestPosition();
            for (final Reader reader : readers) {
                assertTrue(reader.lossy || reader.subscriber.lostBytes() > 0
                    || reader.subscriber.position() >= earliest, "removed under a cursor");
            }
        }

        private void publish() {
            final byte[] bytes = new byte[random.nextInt(3) == 0 ? 4000 : 600];
            final long end = publisher.offer(next++, bytes, 0, bytes.length);
            assertTrue(end > 0, Publisher.describe(end));
        }

        private void claim() {
            if (claimed < 0) {
                claimed = next++;
                final long position = slow.tryClaim(claimed, 100, claim);
                assertTrue(position >= 0, Publisher.describe(position));
            } else {
                if (random.nextBoolean()) {
                    aborted.add(claimed);
                    claim.abort();
                } else {
                    claim.commit();
                }
                claimed = -1;
            }
        }

        private void work(final Channel channel) {
            nowNanos += TimeUnit.MILLISECONDS.toNanos(20);
            try {
                channel.housekeeping().doWork();
            } catch (final ChannelIOException refused) {
                assertTrue(refused.getMessage().contains("EACCES"), refused.getMessage());
            }
        }

        /** Who can make no file go leaves what others have to remove. */
        private Channel join(final boolean removes) {
            final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
            if (!removes) {
                calls.refusing("unlink");
            }
            final Channel other =
                Channel.join(path, new PlatformWithCalls(platformCalls -> calls), () -> nowNanos);
            other.housekeeping().byHand();
            others.add(other);
            return other;
        }

        private void leave() {
            if (!others.isEmpty()) {
                final Channel other = others.remove(random.nextInt(others.size()));
                readers.removeIf(reader -> {
                    if (reader.channel == other) {
                        reader.close();
                        return true;
                    }
                    return false;
                });
                other.close();
            }
        }

        private void addReader() {
            final int kind = random.nextInt(6);
            final SubscriberOptions start = random.nextBoolean() ? SubscriberOptions.earliest()
                : SubscriberOptions.latest();
            final Channel channel = others.isEmpty() || random.nextBoolean() ? main
                : others.get(random.nextInt(others.size()));
            if (kind == 0) {
                final Channel view = Channel.view(path);
                readers.add(new Reader(view, start.lossy(), ""));
            } else if (kind == 1) {
                readers.add(new Reader(channel, start.lossy(), ""));
            } else if (kind == 2) {
                readers.add(new Reader(channel, start, ""));
            } else {
                final String name = kind == 3 ? "kept" : "left" + kind;
                if (readers.stream().noneMatch(reader -> reader.name.equals(name))) {
                    readers.add(new Reader(channel, start.named(name, kind == 3), name));
                } else if (random.nextInt(4) == 0) {
                    readers.removeIf(reader -> {
                        if (reader.name.equals(name)) {
                            reader.close();
                            return true;
                        }
                        return false;
                    });
                    assertTrue(main.removeCursor(name));
                    lastRead.remove(name);
                }
            }
        }

        void end() throws IOException {
            if (claimed >= 0) {
                claim();
            }
            for (final Reader reader : readers) {
                reader.poll(Integer.MAX_VALUE);
                reader.poll(Integer.MAX_VALUE);
                assertEquals(main.tailPosition(), reader.subscriber.position());
                reader.close();
            }
            for (final String name : lastRead.keySet()) {
                assertTrue(main.removeCursor(name));
            }
            main.changeRetention(SEGMENT, Duration.ZERO);
            work(join(false));
            final boolean keepsAll = random.nextBoolean();
            main.changeRetention(keepsAll ? 0 : SEGMENT, Duration.ZERO);
            for (int i = 0; i < 5; i++) {
                work(main);
            }
            assertEquals(main.earliestPosition(), RetentionTest.segments(path).getFirst());
            assertTrue(keepsAll || main.tailPosition() - main.earliestPosition() < 3 * SEGMENT);
        }

        @Override
        public void close() {
            readers.forEach(Reader::close);
            others.forEach(Channel::close);
            main.close();
        }

        /** Reads the numbers one after the other. */
        private final class Reader {
            final Channel channel;
            final Subscriber subscriber;
            final boolean lossy;
            final String name;
            private int last = -1;
            private boolean anew = true;

            Reader(final Channel channel, final SubscriberOptions options, final String name) {
                this.channel = channel;
                this.lossy = options.isLossy();
                this.name = name;
                this.subscriber = channel.addSubscriber(options);
                if (lastRead.containsKey(name)) {
                    last = lastRead.get(name);
                    anew = last < 0 || subscriber.lostBytes() > 0;
                }
                if (!name.isEmpty()) {
                    lastRead.put(name, last);
                }
            }

            void poll(final int limit) {
                subscriber.beThorough();
                try {
                    subscriber.poll((buffer, offset, length, header) -> read(header.typeId()), limit);
                } catch (final PositionException removed) {
                    assertTrue(lossy, removed.getMessage());
                    assertTrue(subscriber.position() < main.earliestPosition(), removed.getMessage());
                    subscriber.seek(main.earliestPosition());
                    anew = true;
                }
            }

            private void read(final int number) {
                int expected = last + 1;
                while (aborted.contains(expected)) {
                    expected++;
                }
                assertTrue(anew ? number > last : number == expected,
                    number + " behind " + last + (anew ? ", perhaps with a gap" : ""));
                anew = false;
                last = number;
                if (!name.isEmpty()) {
                    lastRead.put(name, last);
                }
            }

            void close() {
                if (anew && !name.isEmpty()) {
                    // It may have moved without having read anything.
                    lastRead.put(name, -1);
                }
                subscriber.close();
                if (channel.isView()) {
                    channel.close();
                }
            }
        }
    }
}
