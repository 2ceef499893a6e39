package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.Deadline;

/** A process that never dies, has subscribed before all others, and checks all that they publish. */
final class Survivor implements AutoCloseable {
    /** Looks at an empty log after which what a dead one left behind it has been found. */
    private static final int LOOKS = 100;

    private final Channel channel;
    private final Subscriber subscriber;
    private final Map<Integer, Long> next = new HashMap<>();
    private final List<Long> received = new ArrayList<>();
    private final byte[] copy = new byte[(int) Life.SEGMENT_BYTES];
    private final boolean late;
    private long lastEntry = -1;

    /**
     * One that is there before anybody publishes, or comes when some has been taken away. It keeps house only
     * where it is in need, so that others come to do it.
     */
    Survivor(final Path path, final ChannelOptions options) {
        channel = Channel.open(path, options);
        channel.housekeeping().byHand();
        subscriber = channel.addSubscriber(SubscriberOptions.earliest());
        late = subscriber.position() > channel.startPosition();
    }

    Channel channel() {
        return channel;
    }

    /** From now on has a thread that does everything ahead. */
    void keepInBackground() {
        channel.housekeeping().inBackground();
    }

    /** Messages of an author that have come. */
    long received(final int author) {
        return next.getOrDefault(author, 0L);
    }

    /** Where every message that has come was, in the order in which they came. */
    List<Long> received() {
        return received;
    }

    /** Where it goes on to read: a message, or what will be one. */
    long position() {
        return subscriber.position();
    }

    /** Polls once. */
    int poll() {
        return subscriber.poll(this::onMessage, 64);
    }

    /** Reads everything up to the tail, and what an exclusive publisher left behind it. */
    void readAll() {
        final Deadline deadline = Deadline.forWaitingUntil("nobody dead holds up the tail");
        while (subscriber.position() < channel.tailPosition()) {
            poll();
            deadline.check(this);
        }
        for (int look = 0; look < LOOKS; look++) {
            look = poll() > 0 ? 0 : look;
        }
    }

    /** Checks what has come of an author who is dead, or waits outside of any operation. */
    void check(final int author, final Ledger ledger) {
        final long count = received(author);
        assertTrue(count == ledger.reported() || count == ledger.attempted(),
            () -> "author " + author + " had positions for " + ledger.reported()
                + " messages, was about to have " + ledger.attempted() + ", received were " + count
                + "; " + ledger.place());
    }

    /** Publishes some as an author, takes them, and returns the slot that it had. */
    int publishAndRead(final int author, final int operations, final boolean exclusive) {
        final Ledger none = Ledger.at(channel.path().resolveSibling("own"));
        try (Publisher publisher =
            exclusive ? channel.addExclusivePublisher() : channel.addPublisher()) {
            final Member member = new Member(author, none);
            final Deadline deadline = Deadline.forWaitingUntil("there is room");
            for (int i = 0; i < operations;) {
                if (member.publish(publisher, i)) {
                    i++;
                }
                poll();
                deadline.check(this);
            }
            readAll();
            assertEquals(none.reported(), received(author), "own messages");
            return publisher.id();
        } finally {
            none.remove();
        }
    }

    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        final int author = header.typeId();
        buffer.getBytes(offset, copy, 0, length);
        final String difference = Content.difference(author, copy, length);
        assertEquals("", difference, () -> "author " + author + " at " + header.position());
        final long index = buffer.getLong(offset);
        final long expected = late && !next.containsKey(author) ? index : received(author);
        assertEquals(expected, index,
            () -> "next message of author " + author + " at " + header.position());
        next.put(author, index + 1);
        final long entry = Member.entry(header);
        assertTrue(entry > lastEntry, "positions should ascend");
        lastEntry = entry;
        received.add(entry);
    }

    @Override
    public String toString() {
        return subscriber.position() + " of " + channel.tailPosition();
    }

    @Override
    public void close() {
        channel.close();
    }
}
