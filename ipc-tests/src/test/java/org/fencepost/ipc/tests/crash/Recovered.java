package org.fencepost.ipc.tests.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;

/** A journal that is opened behind a crash, and what has to be true of it then. */
final class Recovered {
    /** More looks than any reader needs that stands before a claim nobody will resolve. */
    private static final int LOOKS = 20;

    private Recovered() {
    }

    /**
     * What is certain.
     *
     * @param created      whether whoever made the channel had been told that it is there.
     * @param earliest     where the log began then.
     * @param acknowledged what anybody may have taken for durable.
     * @param endMin       where the log ends at least...
     * @param endMax       ...and at most.
     * @param epochMin     how often it was cut at least...
     * @param epochMax     ...and at most.
     * @param kept         what was cut off by then is in these files, whole.
     */
    record Certain(
        boolean created, long earliest, long acknowledged, long endMin, long endMax, long epochMin,
        long epochMax, Map<String, ByteBuffer> kept) {
    }

    /**
     * What only looking has shown.
     *
     * @param end   where it was to end.
     * @param epoch in which recovery epoch.
     * @param flaw  what was wrong with it, or null.
     */
    private record Viewed(long end, long epoch, String flaw) {
        static Viewed of(final Machine machine, final Path path, final Published published) {
            final RepairReport report =
                MappedChannel.examine(new ChannelDirectory(path, machine), machine);
            try (Channel view = ChannelDoor.view(path, machine)) {
                final long end = view.tailPosition();
                return new Viewed(end, view.recoveryEpoch(), report.isDamaged()
                    ? report.toString()
                    : published.difference(
                        read(view, SubscriberOptions.earliest().lossy()), view.earliestPosition(), end));
            }
        }
    }

    /** What is wrong with the journal on this disk, or null. */
    static String flaw(
        final Disk disk, final ChannelOptions options, final Published published,
        final Certain certain) {
        return flaw(disk, options, published, certain, Optional.empty());
    }

    /**
     * The same, if it is there and somebody examines it and looks at it first, without changing anything. Before
     * that somebody opens it whom the killer, who watches the disk, lets die.
     */
    static String flawOfViewed(
        final Disk disk, final ChannelOptions options, final Published published,
        final Certain certain, final Killer killer) {
        return flaw(disk, options, published, certain, Optional.of(killer));
    }

    private static String flaw(
        final Disk disk, final ChannelOptions options, final Published published,
        final Certain certain, final Optional<Killer> killer) {
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        final Map<String, ByteBuffer> segments =
            certain.created() ? files(path, SegmentFormat.NAME_PREFIX) : Map.of();
        Viewed viewed = null;
        if (killer.isPresent()) {
            openAndDie(machine, path, killer.get());
            viewed = Viewed.of(machine, path, published);
        }
        if (viewed != null && viewed.flaw() != null) {
            return "is only looked at and " + viewed.flaw();
        }
        try (Channel channel = certain.created()
            ? ChannelDoor.join(path, machine) : ChannelDoor.open(path, options, machine)) {
            final long end = channel.tailPosition();
            final long epoch = channel.recoveryEpoch();
            if (end < certain.acknowledged()) {
                return "ends at " + end + ", but " + certain.acknowledged() + " was durable";
            }
            if (viewed != null && (viewed.end() != end || viewed.epoch() != epoch)) {
                return "ends at " + end + " in recovery epoch " + epoch + ", but who only looked saw "
                    + viewed.end() + " in " + viewed.epoch();
            }
            if (end < certain.endMin() || end > certain.endMax()) {
                return "ends at " + end + ", not from " + certain.endMin() + " to "
                    + certain.endMax();
            }
            if (epoch < certain.epochMin() || epoch > certain.epochMax()) {
                return "is in recovery epoch " + epoch + ", not in " + certain.epochMin() + " to "
                    + certain.epochMax();
            }
            if (channel.durablePosition() != end) {
                return "ends at " + end + ", but " + channel.durablePosition() + " is durable";
            }
            final Map<String, ByteBuffer> kept = kept(path);
            final Map<String, ByteBuffer> expected = new TreeMap<>(certain.kept());
            if (certain.endMin() != certain.endMax()) {
                expected.putAll(behind(segments, end, options.segmentBytes(), epoch));
            }
            if (!kept.equals(expected)) {
                return "keeps what was cut off in " + kept.keySet() + ", expected "
                    + expected.keySet() + " with all that was there";
            }
            final Published found = read(channel);
            final long earliest = channel.earliestPosition();
            if (earliest > certain.earliest()) {
                return "begins at " + earliest + ", but had everything from "
                    + certain.earliest() + " on";
            }
            final String difference = published.difference(found, earliest, end);
            return difference != null ? difference : flawOfCursors(channel, found, end);
        }
    }

    private static void openAndDie(
        final Machine machine, final Path path, final Killer killer) {
        if (!killer.isArmed()) {
            return;
        }
        try {
            ChannelDoor.join(path, machine).close();
        } catch (final Disk.Death dead) {
            // Its locks are gone, and everything that it had stored is there.
        } finally {
            killer.disarm();
        }
    }

    /** What recoveries have cut off. */
    static Map<String, ByteBuffer> kept(final Path path) {
        return files(path, "cut-");
    }

    private static Map<String, ByteBuffer> files(final Path path, final String prefix) {
        final Map<String, ByteBuffer> contents = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, prefix + "*")) {
            for (final Path file : files) {
                contents.put(
                    file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return contents;
    }

    /** Everything behind the end, as who cuts there has to keep it. */
    private static Map<String, ByteBuffer> behind(
        final Map<String, ByteBuffer> segments, final long end, final long segmentBytes,
        final long epoch) {
        final Map<String, ByteBuffer> behind = new TreeMap<>();
        segments.forEach((name, segment) -> {
            final long place =
                Long.parseLong(name.substring(SegmentFormat.NAME_PREFIX.length()), 16);
            final int from = SegmentFormat.DATA_OFFSET + (int) Math.max(0, end - place);
            int used = segment.capacity();
            while (used > from && segment.getLong(used - Long.BYTES) == 0) {
                used -= Long.BYTES;
            }
            if (used > from) {
                behind.put("cut-" + epoch + "-" + SegmentFormat.name(Math.max(end, place)),
                    place > end ? segment : segment.slice(from, used - from));
            }
        });
        return behind;
    }

    private static String flawOfCursors(
        final Channel channel, final Published found, final long end) {
        final List<byte[]> rest = new ArrayList<>();
        try (Subscriber named = channel.addSubscriber(
            SubscriberOptions.latest().named(CrashRun.CURSOR, true).verified())) {
            if (named.position() > end) {
                return "has a cursor at " + named.position() + " and ends at " + end;
            }
            drain(named, (position, message) -> rest.add(message));
        }
        if (!found.endsWith(rest)) {
            return "gives its named cursor " + rest.size() + " messages that are not its last ones";
        }
        final byte[] message = {1, 2, 3, 4, 5, 6, 7, 8};
        try (Publisher publisher = channel.addPublisher()) {
            final long next = publisher.offer(1, message, 0, message.length);
            if (next <= end) {
                return "takes no message: " + Publisher.describe(next);
            }
            found.add(next, List.of(message));
            return found.difference(read(channel), channel.earliestPosition(), next);
        }
    }

    private interface Reader {
        void read(long position, byte[] message);
    }

    static Published read(final Channel channel) {
        return read(channel, SubscriberOptions.earliest().verified());
    }

    private static Published read(final Channel channel, final SubscriberOptions options) {
        final Published found = new Published();
        try (Subscriber subscriber = channel.addSubscriber(options)) {
            drain(subscriber, found::read);
        }
        return found;
    }

    private static void drain(final Subscriber subscriber, final Reader reader) {
        int idle = 0;
        while (idle < LOOKS) {
            final int polled = subscriber.poll((buffer, offset, length, header) -> {
                final byte[] message = new byte[length];
                buffer.getBytes(offset, message);
                reader.read(header.position(), message);
            }, Integer.MAX_VALUE);
            idle = polled == 0 ? idle + 1 : 0;
        }
    }
}
