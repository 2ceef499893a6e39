package org.fencepost.ipc.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * What a consumer of the demo runs: receives every message and judges it by itself. It learns from
 * its parent that all producers are done, never how much they sent.
 */
final class ConsumerProcess implements MessageHandler {
    private static final int POLL_LIMIT = 256;
    private static final long PROGRESS_INTERVAL_NANOS = 200_000_000;

    private final Channel channel;
    private final Subscriber subscriber;
    private final ParentLink parent;
    private final IdleStrategy idle;
    private final ReceivedStream[] streams;
    private final Histogram latencyNanos = LatencyCodec.histogram();
    private long received;
    private long bytes;
    private long strange;
    private long lastNanos;
    /** When the last message came before the parent asked to watch, until the next one comes. */
    private OptionalLong heldUpFromNanos = OptionalLong.empty();
    private Optional<ConsumerResult.HeldUp> heldUp = Optional.empty();

    private ConsumerProcess(
        final Channel channel,
        final Subscriber subscriber,
        final ParentLink parent,
        final int producers,
        final int consumers) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.parent = parent;
        this.idle = Idling.strategy(producers + consumers);
        this.streams =
            Stream.generate(ReceivedStream::new).limit(producers).toArray(ReceivedStream[]::new);
    }

    /** The arguments are those of {@link #arguments}. */
    public static void main(final String[] arguments) throws InterruptedException {
        final ChannelPlace place =
            new ChannelPlace(Path.of(arguments[0]), Boolean.parseBoolean(arguments[1]));
        final ParentLink parent = new ParentLink(place);
        try (Channel channel = Channel.open(place.directory(), place.options());
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            parent.say(ParentLink.JOINED, System.nanoTime());
            final ConsumerProcess consumer = new ConsumerProcess(channel, subscriber, parent,
                Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            parent.say(ParentLink.DONE, consumer.receive().toJson());
        }
    }

    /** Arguments of a consumer. */
    static List<String> arguments(final ChannelPlace place, final DemoOptions options) {
        return List.of(
            place.directory().toString(),
            Boolean.toString(place.journal()),
            Integer.toString(options.producers()),
            Integer.toString(options.consumers()));
    }

    @Override
    public void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        final long now = System.nanoTime();
        lastNanos = now;
        if (heldUpFromNanos.isPresent()) {
            heldUp = Optional.of(
                new ConsumerResult.HeldUp(heldUpFromNanos.getAsLong(), now));
            heldUpFromNanos = OptionalLong.empty();
        }
        received++;
        bytes += length;
        if (header.typeId() != DemoMessage.TYPE_ID || length < DemoMessage.TEXT_OFFSET) {
            strange++;
            return;
        }
        final int producer = DemoMessage.producer(buffer, offset);
        if (producer < 0 || producer >= streams.length) {
            strange++;
            return;
        }
        LatencyCodec.record(latencyNanos, now - DemoMessage.timeNanos(buffer, offset));
        streams[producer].add(buffer, offset, length);
    }

    private ConsumerResult receive() throws InterruptedException {
        lastNanos = System.nanoTime();
        long reportNanos = lastNanos + PROGRESS_INTERVAL_NANOS;
        boolean producersDone = false;
        while (true) {
            // Read before the poll: what was sent before the parent said so is then in that poll.
            if (parent.hasLine()) {
                if (parent.nextLine().equals(ParentLink.WATCH)) {
                    heldUpFromNanos = OptionalLong.of(lastNanos);
                    parent.say(ParentLink.WATCHING, received);
                } else {
                    producersDone = true;
                }
            }
            final int count = subscriber.poll(this, POLL_LIMIT);
            if (count == Subscriber.CLOSED) {
                throw new IllegalStateException("the channel was closed under the consumer");
            }
            if (count > 0) {
                idle.reset();
            } else if (producersDone && subscriber.position() >= channel.tailPosition()) {
                break;
            } else {
                idle.idle();
            }
            final long now = System.nanoTime();
            if (now - reportNanos >= 0) {
                parent.say(ParentLink.PROGRESS, received + " " + bytes);
                reportNanos = now + PROGRESS_INTERVAL_NANOS;
            }
        }
        return new ConsumerResult(received, bytes, strange, lastNanos,
            Stream.of(streams).map(ReceivedStream::result).toList(), latencyNanos, heldUp);
    }
}
