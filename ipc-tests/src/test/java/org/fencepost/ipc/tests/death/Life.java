package org.fencepost.ipc.tests.death;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.os.CountingPlatform;
import org.fencepost.ipc.os.Platform;

/** What a victim does if nothing comes in between: come, work until segments have changed, go. */
enum Life {
    /** Publishes beside others. */
    SHARER {
        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            try (Publisher publisher = channel.addPublisher()) {
                ledger.slot(publisher.id() + 1L);
                publish(publisher, member);
            }
        }
    },
    /** Publishes alone. */
    EXCLUSIVE {
        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            try (Publisher publisher = channel.addExclusivePublisher()) {
                ledger.slot(publisher.id() + 1L);
                publish(publisher, member);
            }
        }
    },
    /** Reads from the oldest message on, or from a given one if that is far away. */
    EARLIEST {
        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            read(channel, ledger.from() == 0
                ? SubscriberOptions.earliest() : SubscriberOptions.from(ledger.from()), member);
        }
    },
    /** Joins without the housekeeping lock; there is nothing to read for it. */
    LATEST {
        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            read(channel, SubscriberOptions.latest(), member);
        }
    },
    /** Reads on where the last of this name was. */
    NAMED {
        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            read(channel, SubscriberOptions.earliest().named("kept", false), member);
        }
    },
    /** Reads copies. */
    LOSSY {
        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            read(channel, SubscriberOptions.earliest().lossy(), member);
        }
    },
    /** Creates a ring, and does not stay. */
    RING_CREATOR {
        @Override
        Channel open(final Path path, final Platform platform) {
            return ChannelDoor.open(path, Life.ring(), platform);
        }

        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            // It is there.
        }
    },
    /** Creates a journal, and does not stay. */
    JOURNAL_CREATOR {
        @Override
        Channel open(final Path path, final Platform platform) {
            return ChannelDoor.open(path, Life.journal(), platform);
        }

        @Override
        void live(final Channel channel, final Member member, final Ledger ledger) {
            // It is there.
        }
    };

    /** Bytes of all segments of these tests: a few messages, so that they change often. */
    static final long SEGMENT_BYTES = 4096;
    /** Segments of their rings. */
    static final int SEGMENTS = 4;
    private static final int OPERATIONS = 24;
    /** How long a reader waits for somebody who lives. */
    private static final long STUCK_NANOS = 200_000_000;
    private static final int POLL_LIMIT = 5;

    /** The ring of these tests. */
    static ChannelOptions ring() {
        return ChannelOptions.ring(SEGMENTS * SEGMENT_BYTES, SEGMENTS).withChecksums(true);
    }

    /** The journal of these tests. */
    static ChannelOptions journal() {
        return ChannelOptions.journal(SEGMENT_BYTES);
    }

    Channel open(final Path path, final Platform platform) {
        return ChannelDoor.join(path, platform);
    }

    abstract void live(Channel channel, Member member, Ledger ledger);

    /** Lives to the end, or to the step at which the signal comes. */
    final void run(final Path path, final int author, final Ledger ledger, final Steps steps) {
        final Platform platform = new CountingPlatform(steps, CountingFiles::real);
        try (Channel channel = open(CountingFiles.counted(path, steps), platform)) {
            live(channel, new Member(author, ledger), ledger);
        }
        ledger.steps(steps.count());
    }

    private static void publish(final Publisher publisher, final Member member) {
        int form = 0;
        // Whoever is turned away has tried to make room: once more, then the life is over.
        for (int turnedAway = 0; form < OPERATIONS && turnedAway < 2;) {
            if (member.publish(publisher, form)) {
                form++;
            } else {
                turnedAway++;
            }
        }
    }

    private static void read(
        final Channel channel, final SubscriberOptions options, final Member member) {
        try (Subscriber subscriber = channel.addSubscriber(options)) {
            final long start = System.nanoTime();
            while (subscriber.lagBytes() > 0 && System.nanoTime() - start < STUCK_NANOS) {
                member.read(subscriber, POLL_LIMIT);
            }
        }
    }
}
