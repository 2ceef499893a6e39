package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.demo.Units;

/**
 * How fast a channel and each of its members went between two looks. Bytes are those of the log,
 * from the positions. Messages are counted in a sample of what was published in between, so that
 * watching costs the same however fast that is; nobody counts them on the way.
 */
final class Rates {
    /** Messages that are looked at, at most: about a millisecond. */
    private static final int SAMPLE_MESSAGES = 10_000;
    private static final int POLL_LIMIT = 256;
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Line> lines = new ArrayList<>();
    private final double seconds;
    private final Map<Integer, long[]> sampled = new TreeMap<>();
    private long sampledMessages;
    private long sampledBytes;

    /**
     * How fast one went.
     *
     * @param who            the channel, or a member.
     * @param id             of a member; -1 of the channel.
     * @param publisher      whether it publishes.
     * @param messages       a second; empty if nothing is known.
     * @param bytes          of the log, a second.
     * @param behindSeconds  how long a subscriber would need for its lag.
     */
    private record Line(String who, int id, boolean publisher, OptionalDouble messages,
        double bytes, OptionalDouble behindSeconds) {

        @Override
        public String toString() {
            return who + ": "
                + (messages.isPresent() ? Units.rate(messages.getAsDouble()) + " messages/s, " : "")
                + Units.size(Math.round(bytes)) + "/s"
                + (behindSeconds.isPresent()
                    ? ", " + Units.duration(
                        Math.round(behindSeconds.getAsDouble() * NANOS_PER_SECOND)) + " behind"
                    : "");
        }
    }

    private Rates(final Channel channel, final ChannelStatus before, final ChannelStatus now) {
        seconds = (now.observedNanos() - before.observedNanos()) / NANOS_PER_SECOND;
        final long published = now.tailPosition() - before.tailPosition();
        if (published > 0) {
            // A ring may have lost what was published first.
            sample(channel, before.tailPosition() < now.earliestPosition()
                ? SubscriberOptions.earliest() : SubscriberOptions.from(before.tailPosition()),
                now.tailPosition());
        }
        lines.add(new Line("all", -1, true, messages(published, sampledMessages, sampledBytes),
            published / seconds, OptionalDouble.empty()));
        for (final PublisherStatus publisher : now.publishers()) {
            final long[] own = sampled.getOrDefault(publisher.id(), new long[2]);
            final double bytes = sampledBytes == 0 ? 0 : (double) published * own[1] / sampledBytes;
            lines.add(new Line(shortName(publisher), publisher.id(), true,
                messages(bytes, own[0], own[1]), bytes / seconds, OptionalDouble.empty()));
        }
        for (final SubscriberStatus subscriber : now.subscribers()) {
            before.subscribers().stream()
                .filter(one -> one.id() == subscriber.id() && one.position().isPresent()
                    && subscriber.position().isPresent())
                .findFirst().ifPresent(earlier -> addSubscriber(earlier, subscriber));
        }
    }

    private static String shortName(final PublisherStatus publisher) {
        return "publisher " + publisher.id() + " (process " + publisher.processId() + ")";
    }

    private void addSubscriber(final SubscriberStatus before, final SubscriberStatus now) {
        final double bytes = now.position().getAsLong() - before.position().getAsLong();
        final long lag = now.lagBytes().orElse(0);
        lines.add(new Line(now.toString(), now.id(), false,
            messages(bytes, sampledMessages, sampledBytes), bytes / seconds,
            bytes > 0 && lag > 0 ? OptionalDouble.of(lag * seconds / bytes)
                : OptionalDouble.empty()));
    }

    /** From a sample of messages with so many bytes. */
    private OptionalDouble messages(
        final double bytes, final long messagesInSample, final long bytesInSample) {
        return bytes == 0 ? OptionalDouble.of(0)
            : bytesInSample == 0 ? OptionalDouble.empty()
            : OptionalDouble.of(bytes * messagesInSample / bytesInSample / seconds);
    }

    /** Between two looks at a channel that is open. */
    static Rates between(
        final Channel channel, final ChannelStatus before, final ChannelStatus now) {
        return new Rates(channel, before, now);
    }

    private void sample(
        final Channel channel, final SubscriberOptions from, final long to) {
        try (Subscriber subscriber = channel.addSubscriber(from.lossy())) {
            int polled = 1;
            while (polled > 0 && sampledMessages < SAMPLE_MESSAGES && subscriber.position() < to) {
                polled = subscriber.controlledPoll((buffer, offset, length, header) -> {
                    final long frameBytes =
                        header.batchIndex() == 0 ? header.position() - subscriber.position() : 0;
                    final long[] own =
                        sampled.computeIfAbsent(header.publisherId(), any -> new long[2]);
                    own[0]++;
                    own[1] += frameBytes;
                    sampledMessages++;
                    sampledBytes += frameBytes;
                    return Action.CONTINUE;
                }, POLL_LIMIT);
            }
        } catch (final ChannelException overwrittenOrDamaged) {
            // There is no sample then; bytes are known all the same.
            sampled.clear();
            sampledBytes = 0;
        }
    }

    /** Bytes of the log that were published, a second. */
    long bytesPerSecond() {
        return Math.round(lines.getFirst().bytes());
    }

    /** What all published, in words. */
    String total() {
        final String text = lines.getFirst().toString();
        return text.substring(text.indexOf(' ') + 1);
    }

    /** One after the other, for people. */
    List<String> inWords() {
        return lines.stream().map(Line::toString).toList();
    }

    /** Adds them to a status. */
    void addTo(final ObjectNode json) {
        json.put("bytesPerSecond", bytesPerSecond());
        lines.getFirst().messages().ifPresent(value ->
            json.put("messagesPerSecond", Math.round(value)));
        final ArrayNode members = json.putArray("rates");
        lines.stream().skip(1).forEach(line -> {
            final ObjectNode member = members.addObject()
                .put(line.publisher() ? "publisher" : "subscriber", line.id())
                .put("bytesPerSecond", Math.round(line.bytes()));
            line.messages().ifPresent(value ->
                member.put("messagesPerSecond", Math.round(value)));
            line.behindSeconds().ifPresent(value -> member.put("behindSeconds", value));
        });
    }
}
