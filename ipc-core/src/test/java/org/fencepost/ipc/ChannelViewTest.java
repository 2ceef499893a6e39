package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.ChildJvm;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Channels that are only looked at. */
@Timeout(60)
@ParameterizedClass
@MethodSource("org.fencepost.ipc.os.Platforms#all")
class ChannelViewTest {
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(8192);
    private static final ChannelOptions RING = ChannelOptions.ring(32_768, 8).withChecksums(true);
    private static final int MESSAGE = 900;

    @Parameter
    Platform platform;

    @TempDir
    Path directory;

    @Test
    void shouldShowEverythingAndChangeNothingWhenNobodyHasItOpen() throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            final long end;
            try (Channel channel = open(options); Publisher publisher = channel.addPublisher()) {
                end = publish(publisher, 0, 20);
            }
            final Map<String, Object> before = files(options);
            try (Channel view = view(options)) {
                assertTrue(view.isView());
                assertEquals(options, view.options());
                assertEquals(end, view.tailPosition());
                assertEquals(0, view.earliestPosition());
                assertEquals(0, view.durablePosition());
                assertEquals(0, view.recoveryEpoch());
                assertFalse(view.hasSubscribers());
                try (Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy());
                    Subscriber other = view.addSubscriber(SubscriberOptions.latest().lossy())) {
                    assertEquals(numbers(0, 20), poll(subscriber));
                    assertEquals(end, subscriber.position());
                    assertEquals(List.of(), poll(other));
                    other.seek(end - subscriber.position() + spanOf(options));
                    assertEquals(numbers(1, 20), poll(other));
                    assertThrows(PositionException.class, () -> other.seek(16));
                    assertEquals(List.of(), view.status().subscribers());
                }
                assertEquals(0, view.housekeeping().doWork());
                assertEquals(List.of(), view.status().openClaims());
            }
            assertEquals(before, files(options));
        }
    }

    @Test
    void shouldRefuseWhoeverWouldBeSeen() {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            open(options).close();
            try (Channel view = view(options)) {
                for (final ChannelMismatchException refusal : List.of(
                    assertThrows(ChannelMismatchException.class, view::addPublisher),
                    assertThrows(ChannelMismatchException.class, view::addExclusivePublisher))) {
                    assertTrue(refusal.getMessage().contains("Channel.join"), refusal.getMessage());
                }
                for (final SubscriberOptions gating : List.of(SubscriberOptions.earliest(),
                    SubscriberOptions.latest().named("mine", true))) {
                    final ChannelMismatchException refusal = assertThrows(
                        ChannelMismatchException.class, () -> view.addSubscriber(gating));
                    assertTrue(refusal.getMessage().contains("lossy"), refusal.getMessage());
                }
            }
        }
        assertThrows(ChannelIOException.class, () -> Channel.view(directory.resolve("none")));
    }

    @Test
    void shouldFollowAWriterThatDoesNotSeeIt() {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            try (Channel channel = open(options);
                Channel view = view(options);
                Publisher publisher = channel.addPublisher();
                Subscriber subscriber = view.addSubscriber(SubscriberOptions.latest().lossy())) {
                for (int i = 0; i < 200; i += 5) {
                    publish(publisher, i, 5);
                    assertEquals(numbers(i, i + 5), poll(subscriber));
                }
                assertFalse(channel.hasSubscribers());
                assertEquals(1, view.status().publishers().size());
                assertEquals(channel.tailPosition(), subscriber.position());
                assertEquals(0, subscriber.lostBytes());
            }
        }
    }

    @Test
    void shouldCountWhatItMissesWhenARingGoesOn() {
        try (Channel channel = open(RING);
            Channel view = view(RING);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            publish(publisher, 0, 100);
            final List<Integer> received = poll(subscriber);
            assertEquals(numbers(100 - received.size(), 100), received);
            assertTrue(subscriber.lostBytes() > 0);
            assertThrows(PositionException.class, () -> subscriber.seek(0));
        }
    }

    @Test
    void shouldPassOverAHoleForItselfAloneWhenItsPublisherIsDead() throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            leaveAHole(options);
            final Map<String, Object> before = files(options);
            try (Channel view = view(options);
                Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
                assertEquals(numbers(0, 4), poll(subscriber));
                assertEquals(view.tailPosition(), subscriber.position());
                assertEquals(1, view.status().openClaims().size());
                subscriber.seek(view.tailPosition());
                subscriber.seek(2 * spanOf(options));
                assertEquals(numbers(2, 4), poll(subscriber));
            }
            assertEquals(before, files(options), "the hole stays");
        }
    }

    @Test
    void shouldWaitForAClaimWhenItsPublisherLives() {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            try (Channel channel = open(options);
                Channel view = view(options);
                Publisher first = channel.addPublisher();
                Publisher second = channel.addPublisher();
                Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
                final Claim claim = new Claim();
                assertTrue(first.tryClaim(1, MESSAGE, claim) >= 0);
                publish(second, 1, 3);
                assertEquals(List.of(), poll(subscriber));
                assertTrue(view.status().openClaims().getFirst().isLive());
                claim.buffer().putInt(0, 0);
                claim.commit();
                assertEquals(numbers(0, 4), poll(subscriber));
            }
        }
    }

    @Test
    void shouldSeeWhatOthersMakeDurable() {
        assumeTrue(platform.canSync());
        try (Channel channel = open(JOURNAL);
            Channel view = view(JOURNAL);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber =
                view.addSubscriber(SubscriberOptions.earliest().lossy().durableOnly())) {
            final long end = publish(publisher, 0, 3);
            assertFalse(view.awaitDurable(end, Duration.ofMillis(5)), "it syncs nothing itself");
            assertEquals(0, view.durablePosition());
            assertEquals(List.of(), poll(subscriber));
            assertTrue(channel.awaitDurable(end, Duration.ofSeconds(30)));
            assertTrue(view.awaitDurable(end, Duration.ofSeconds(30)));
            assertEquals(numbers(0, 3), poll(subscriber));
        }
    }

    @Test
    void shouldSayWhereAFrameIsDamaged() throws IOException {
        final List<Long> ends = new ArrayList<>();
        try (Channel channel = open(JOURNAL); Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 4; i++) {
                ends.add(publish(publisher, i, 1));
            }
        }
        final Path segment = path(JOURNAL).resolve("segment-0000000000000000");
        final byte[] content = Files.readAllBytes(segment);
        content[(int) (4096 + ends.get(1) + 100)]++;
        Files.write(segment, content);
        try (Channel view = view(JOURNAL);
            Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            final List<Integer> received = new ArrayList<>();
            final ChannelDamagedException damage = assertThrows(
                ChannelDamagedException.class, () -> poll(subscriber, received));
            assertEquals(numbers(0, 2), received);
            assertTrue(damage.getMessage().contains("position " + ends.get(1)));
            subscriber.seek(ends.get(2));
            assertEquals(numbers(3, 4), poll(subscriber));
        }
    }

    @Test
    void shouldTakeNoLockFromAMemberOfItsProcess() {
        open(RING).close();
        try (Channel before = view(RING)) {
            try (Channel channel = open(RING); Publisher publisher = channel.addPublisher()) {
                view(RING).close();
                assertEquals(1, before.status().publishers().size());
                assertTrue(publisher.offer(1, new byte[8], 0, 8) > 0);
                try (Channel other = open(RING)) {
                    assertEquals(1, other.status().publishers().size(), "its lock is held");
                    assertThrows(ChannelLimitException.class, other::addExclusivePublisher);
                }
            }
            assertEquals(0, before.status().publishers().size());
        }
    }

    @Test
    void shouldReadWhenItsUserMayNotWrite() throws Exception {
        assumeTrue((int) Files.getAttribute(directory, "unix:uid") == 0, "needs to be root");
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            leaveAHole(options);
            final Map<String, Object> before = files(options);
            try (ChildJvm child = ChildJvm.startWithoutWriting(
                ViewProbe.class, platform.name(), path(options))) {
                assertEquals("may not join", child.line());
                assertEquals(numbers(0, 4).toString(), child.line());
                assertEquals("", child.rest());
                assertEquals(0, child.exitCode());
            }
            assertEquals(before, files(options));
        }
    }

    @Test
    void shouldReadWhenTheFileSystemMayNotBeWritten() throws Exception {
        final Path mounted = Files.createDirectory(directory.resolve("mounted"));
        leaveAHole(JOURNAL);
        final Map<String, Object> before = files(JOURNAL);
        try (Stream<Path> files = Files.list(path(JOURNAL))) {
            files.forEach(file -> assertTrue(file.toFile().setReadOnly()));
        }
        assumeTrue(run("mount", "--bind", "-o", "ro", path(JOURNAL).toString(), mounted.toString()),
            "needs to be root");
        try (Channel view = Channel.view(mounted, platform, new OffsetEpochNanoClock());
            Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            final String refused = assertThrows(ChannelIOException.class,
                () -> Channel.join(mounted, platform, new OffsetEpochNanoClock())).getMessage();
            assertTrue(refused.endsWith("; who may only read it can look (Channel.view, ipc tail)"), refused);
            assertEquals(numbers(0, 4), poll(subscriber));
            assertEquals(1, view.status().openClaims().size());
        } finally {
            assertTrue(run("umount", mounted.toString()));
        }
        assertEquals(before, files(JOURNAL));
    }

    /** Messages 0 and 1, a claim of who died, and messages 2 and 3. */
    private void leaveAHole(final ChannelOptions options) {
        try (Channel living = open(options); Publisher publisher = living.addPublisher()) {
            publish(publisher, 0, 2);
            final Channel dying = open(options);
            assertTrue(dying.addPublisher().tryClaim(1, MESSAGE, new Claim()) > 0);
            dying.close();
            publish(publisher, 2, 2);
        }
    }

    /** What a message takes of the log. */
    private static long spanOf(final ChannelOptions options) {
        final int header = options.timestamps() ? 24 : 16;
        return (MESSAGE + header + options.frameAlignment() - 1L) & -options.frameAlignment();
    }

    private static long publish(final Publisher publisher, final int first, final int count) {
        long end = 0;
        for (int i = first; i < first + count; i++) {
            end = publisher.offer(1, ByteBuffer.allocate(MESSAGE).putInt(Integer.reverseBytes(i))
                .array(), 0, MESSAGE);
            assertTrue(end > 0, Publisher.describe(end));
        }
        return end;
    }

    /** The numbers in all messages that are there; a claim in the way is asked about. */
    static List<Integer> poll(final Subscriber subscriber) {
        return poll(subscriber, new ArrayList<>());
    }

    private static List<Integer> poll(final Subscriber subscriber, final List<Integer> received) {
        // So long it does not ask again who holds it up, and then within so many looks.
        final long patienceNanos = System.nanoTime() + 1_000_000;
        int looksLeft = 100;
        while (looksLeft > 0) {
            looksLeft -= System.nanoTime() - patienceNanos < 0 ? 0 : 1;
            subscriber.poll((buffer, offset, length, header) ->
                received.add(buffer.getInt(offset)), Integer.MAX_VALUE);
        }
        return received;
    }

    private static List<Integer> numbers(final int from, final int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private Path path(final ChannelOptions options) {
        return directory.resolve(options.kind().toString());
    }

    private Channel open(final ChannelOptions options) {
        return Channel.open(path(options), options, platform, new OffsetEpochNanoClock());
    }

    private Channel view(final ChannelOptions options) {
        return Channel.view(path(options), platform, new OffsetEpochNanoClock());
    }

    /** Contents of all files, and when they and their directory have changed. */
    private Map<String, Object> files(final ChannelOptions options) throws IOException {
        final Map<String, Object> found = new HashMap<>();
        final FileTime changed = Files.getLastModifiedTime(path(options));
        found.put(".", changed);
        try (Stream<Path> files = Files.list(path(options))) {
            for (final Path file : files.toList()) {
                final String name = file.getFileName().toString();
                found.put(name + " at", Files.getLastModifiedTime(file));
                // A file that is opened for anything else would lose its portable locks.
                found.put(name, MembersFormat.PORTABLE_LOCK_FILE_NAME.equals(name)
                    ? Files.size(file) : ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return found;
    }

    private static boolean run(final String... command) throws Exception {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }
}
