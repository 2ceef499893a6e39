package org.fencepost.ipc.tests.death;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/** What a member does until it is killed. */
enum Role {
    /** Publishes without end. */
    WRITER {
        @Override
        void work(final Channel channel, final Member member) {
            try (Publisher publisher = channel.addPublisher()) {
                final Parking room = Parking.on(publisher);
                final boolean slow = channel.options().kind() == ChannelOptions.Kind.JOURNAL;
                for (int form = 0;; form++) {
                    if (!member.publish(publisher, form)) {
                        room.idle();
                    } else if (slow && form % BURST == 0) {
                        // A journal would fill the disk.
                        LockSupport.parkNanos(PARK_NANOS);
                    }
                }
            }
        }
    },
    /** Reads from the tail on, and gates. */
    LATEST {
        @Override
        void work(final Channel channel, final Member member) {
            read(channel, SubscriberOptions.latest(), member);
        }
    },
    /** Reads where another one of the name stopped. */
    NAMED {
        @Override
        void work(final Channel channel, final Member member) {
            read(channel, SubscriberOptions.latest().named("kept", false), member);
        }
    },
    /** Reads copies from the oldest message of a ring on; in a journal, from the tail. */
    LOSSY {
        @Override
        void work(final Channel channel, final Member member) {
            read(channel, (channel.options().kind() == ChannelOptions.Kind.RING
                ? SubscriberOptions.earliest() : SubscriberOptions.latest()).lossy(), member);
        }
    };

    private static final int BURST = 8;
    private static final int POLL_LIMIT = 16;
    private static final long PARK_NANOS = 200_000;

    abstract void work(Channel channel, Member member);

    /** Joins the channel and works; with a thread that keeps house, or, where it is to be the only one, without. */
    final void run(
        final Path path, final int author, final Ledger ledger, final boolean kept) {
        try (Channel channel = Channel.join(path)) {
            if (!kept) {
                channel.housekeeping().byHand();
            }
            work(channel, new Member(author, ledger));
        }
    }

    private static void read(
        final Channel channel, final SubscriberOptions options, final Member member) {
        try (Subscriber subscriber = channel.addSubscriber(options)) {
            final Parking messages = Parking.on(subscriber);
            while (true) {
                messages.idle(member.read(subscriber, POLL_LIMIT));
            }
        }
    }
}
