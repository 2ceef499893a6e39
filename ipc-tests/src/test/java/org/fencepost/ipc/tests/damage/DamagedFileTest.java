package org.fencepost.ipc.tests.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChannelSpec;
import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of damage to every file of a channel that nobody has open. A child opens and uses
 * it: it is told what is wrong, the files stay as they are, and the child is alive afterwards.
 */
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class DamagedFileTest {
    private static final ChannelSpec RING = ChannelSpec.ring(4096, 8);
    private static final ChannelSpec JOURNAL = ChannelSpec.journal(4096);
    private static final String FIRST_SEGMENT = "segment-0000000000000000";

    private static ChildPeer child;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @BeforeAll
    static void startChild() {
        child = new ChildPeer();
    }

    @AfterAll
    static void endChild() {
        child.close();
    }

    private static List<String> files(final ChannelSpec spec) {
        final List<String> files = new ArrayList<>(List.of("control", "cursors", "members"));
        files.add(FIRST_SEGMENT);
        files.add(spec.ring() ? "segment-0000000000000003" : "segment-0000000000002000");
        return files;
    }

    static Stream<Arguments> damages() {
        return Stream.of(RING, JOURNAL).flatMap(spec ->
            files(spec).stream().flatMap(file ->
                Stream.of(Damage.values()).map(damage -> Arguments.of(spec, file, damage))));
    }

    @ParameterizedTest(name = "{2}: {1} of {0}")
    @MethodSource("damages")
    void shouldSayWhatIsWrongAndChangeNothing(
        final ChannelSpec spec, final String name, final Damage damage) throws Exception {
        final Path directory = temporary.resolve("channel");
        final Path other = temporary.resolve("other");
        ChannelFiles.create(directory, spec);
        ChannelFiles.create(other, spec);
        damage.to(directory.resolve(name), other);
        final Map<String, String> before = ChannelFiles.contents(directory);

        for (final boolean joining : new boolean[] {true, false}) {
            final ChannelException refusal = assertThrows(
                ChannelException.class, () -> open(directory, spec, joining));
            // The others are measured by what control says, so a strange control accuses them.
            final boolean accusesOther =
                name.equals("control") && damage == Damage.OF_ANOTHER_CHANNEL;
            assertSays(refusal, directory, accusesOther ? "members" : name);
            // Whoever reads the log leaves a cursor and a slot, and perhaps the next segment; what it reads
            // stays as it is.
            final Map<String, String> after = ChannelFiles.contents(directory);
            if (name.startsWith("segment-") && !spec.ring()) {
                forgetWhatMembersWrite(before);
                forgetWhatMembersWrite(after);
            }
            assertEquals(before, after);
        }
        assertTrue(child.isAlive());
    }

    private static void forgetWhatMembersWrite(final Map<String, String> contents) {
        contents.remove("control");
        contents.remove("cursors");
        contents.remove("segment-0000000000004000");
    }

    private static void assertSays(
        final ChannelException refusal, final Path directory, final String name) {
        final String message = refusal.getMessage();
        assertTrue(message.contains(directory.toString()), "should name the place: " + message);
        if (!message.startsWith("no channel at ")) {
            assertTrue(message.contains(name), "should name the file: " + message);
        }
        assertTrue(message.contains("expected"), "should say what was expected: " + message);
        assertTrue(
            message.contains("found") || message.startsWith("no channel at "),
            "should say what was found: " + message);
    }

    /** Opens the channel and does with it what makes use of every file. */
    private static void open(final Path directory, final ChannelSpec spec, final boolean joining) {
        final ChannelPort channel = joining
            ? child.peer().join(directory.toString())
            : child.peer().open(directory.toString(), spec);
        try {
            final SubscriberPort subscriber = channel.addSubscriber(SubscriberSpec.earliest());
            channel.addSubscriber(SubscriberSpec.earliest().named(ChannelFiles.CURSOR, true));
            while (!subscriber.poll(1_000).isEmpty()) {
                assertFalse(subscriber.isClosed());
            }
            final PublisherPort publisher = channel.addPublisher();
            publisher.offerSeries(new Series(1, 40, 40), 0, 200);
            subscriber.poll(1_000);
        } finally {
            channel.close();
        }
    }

    static Stream<Arguments> eachFile() {
        return Stream.of(RING, JOURNAL).flatMap(
            spec -> files(spec).stream().map(file -> Arguments.of(spec, file)));
    }

    @ParameterizedTest(name = "{1} of {0}")
    @MethodSource("eachFile")
    void shouldWorkWhenNothingIsDamaged(final ChannelSpec spec, final String name) {
        // The proof that the refusals above are about the damage.
        final Path directory = temporary.resolve("channel");
        ChannelFiles.create(directory, spec);
        assertTrue(Files.isRegularFile(directory.resolve(name)));
        open(directory, spec, true);
        open(directory, spec, false);
    }

    @ParameterizedTest(name = "{1} of {0}")
    @MethodSource("eachFile")
    void shouldSayWhatIsWrongWhenItMayNotBeReadOrWritten(
        final ChannelSpec spec, final String name) throws Exception {
        final Path directory = temporary.resolve("channel");
        ChannelFiles.create(directory, spec);
        final Path file = directory.resolve(name);
        for (final String permissions : List.of("---------", "r--------")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            Assumptions.assumeFalse(
                Files.isWritable(file), "permissions do not apply to this user");
            final ChannelException refusal = assertThrows(
                ChannelException.class, () -> open(directory, spec, true));
            assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        }
    }
}
