package org.fencepost.ipc.demo;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.demo.LineReader.Spot;

/** What a producer of the demo runs: reads lines and publishes them. */
final class ProducerProcess {
    /** What a producer has to do besides sending. */
    enum Part {
        /** Nothing. */
        ORDINARY,
        /** Keep the last message until the parent says so. */
        BESIDE_DOOMED,
        /** Claim once more, say so, and wait to be killed. */
        DOOMED
    }

    private static final String FULL_SPEED = "full-speed";

    private final int index;
    private final Publisher publisher;
    private final LineReader reader;
    private final Pace pace;
    private final IdleStrategy idle;
    private final Claim claim = new Claim();
    private final TextDigest digest = new TextDigest();
    private long bytes;
    private long split;

    private ProducerProcess(
        final int index,
        final Publisher publisher,
        final LineReader reader,
        final Pace pace,
        final IdleStrategy idle) {
        this.index = index;
        this.publisher = publisher;
        this.reader = reader;
        this.pace = pace;
        this.idle = idle;
    }

    /**
     * The arguments are those of {@link #arguments}. The list of files follows on standard input,
     * as its length and one URI a line, because it may be longer than a command line.
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final int index = Integer.parseInt(arguments[0]);
        final Pace pace = arguments[3].equals(FULL_SPEED)
            ? Pace.fullSpeed()
            : Pace.of(Double.parseDouble(arguments[3]), index, Integer.parseInt(arguments[4]));
        final IdleStrategy idle = Idling.strategy(
            Integer.parseInt(arguments[4]) + Integer.parseInt(arguments[5]));
        final ChannelPlace place =
            new ChannelPlace(Path.of(arguments[1]), Boolean.parseBoolean(arguments[2]));
        final ParentLink parent = new ParentLink(place);
        final List<Path> files = new ArrayList<>();
        for (long count = Long.parseLong(parent.nextLine()); count > 0; count--) {
            files.add(Path.of(URI.create(parent.nextLine())));
        }
        try (Channel channel = Channel.open(place.directory(), place.options());
            Publisher publisher = channel.addPublisher()) {
            final int textBytesMax = publisher.maxMessageLength() - DemoMessage.TEXT_OFFSET;
            parent.say(ParentLink.JOINED, System.nanoTime() + " " + textBytesMax);
            final String[] start = parent.nextLine().split(" ");
            try (LineReader reader = new LineReader(files, textBytesMax)) {
                reader.seek(new Spot(
                    Integer.parseInt(start[1]),
                    Long.parseLong(start[2]),
                    Boolean.parseBoolean(start[3])));
                final ProducerProcess producer =
                    new ProducerProcess(index, publisher, reader, pace, idle);
                final long count = Long.parseLong(start[4]);
                final Part part = Part.valueOf(start[5]);
                final ProducerResult result = producer.send(count, part, parent);
                if (part == Part.DOOMED) {
                    producer.claimInVain(count, result, parent);
                }
                parent.say(ParentLink.DONE, result.toJson());
            }
        }
    }

    /** Arguments of the producer of this index. */
    static List<String> arguments(
        final int index, final ChannelPlace place, final DemoOptions options) {
        return List.of(
            Integer.toString(index),
            place.directory().toString(),
            Boolean.toString(place.journal()),
            options.rate().isPresent()
                ? Double.toString(options.rate().getAsDouble())
                : FULL_SPEED,
            Integer.toString(options.producers()),
            Integer.toString(options.consumers()));
    }

    /** The parent's line that lets a producer send so many messages. */
    static String start(final Spot spot, final long count, final Part part) {
        return String.join(" ", ParentLink.START, Integer.toString(spot.file()),
            Long.toString(spot.offset()), Boolean.toString(spot.midLine()), Long.toString(count),
            part.name());
    }

    private ProducerResult send(final long count, final Part part, final ParentLink parent)
        throws InterruptedException {
        final long firstNanos = System.nanoTime();
        pace.begin(firstNanos);
        for (long sequence = 0; sequence < count; sequence++) {
            if (part == Part.BESIDE_DOOMED && sequence == count - 1) {
                parent.nextLine();
            }
            reader.nextRoundAndRound();
            split += reader.cutsLine() ? 1 : 0;
            publish(sequence, pace.await(sequence));
            digest.add(reader.bytes(), reader.offset(), reader.length());
        }
        return new ProducerResult(count, bytes, split, firstNanos, digest.hex());
    }

    private void publish(final long sequence, final long timeNanos) {
        final int length = DemoMessage.TEXT_OFFSET + reader.length();
        claim(length);
        DemoMessage.write(claim.buffer(), timeNanos, sequence, index,
            reader.bytes(), reader.offset(), reader.length());
        final long result = claim.commit();
        if (result < 0) {
            throw gone(result);
        }
        bytes += length;
    }

    /** Claims the next message, writes half of it, says what was committed, and is killed. */
    private void claimInVain(
        final long sequence, final ProducerResult before, final ParentLink parent)
        throws InterruptedException {
        reader.nextRoundAndRound();
        final long position = claim(DemoMessage.TEXT_OFFSET + reader.length());
        DemoMessage.write(claim.buffer(), System.nanoTime(), sequence, index,
            reader.bytes(), reader.offset(), reader.length() / 2);
        parent.say(ParentLink.CLAIMED, position + " " + before.toJson());
        throw new IllegalStateException(
            "expected to be killed inside a claim, but was told: " + parent.nextLine());
    }

    /** Claims, however long it takes; returns where the claim begins. */
    private long claim(final int length) {
        long result = publisher.tryClaim(DemoMessage.TYPE_ID, length, claim);
        while (result < 0) {
            if (result != Publisher.BACK_PRESSURED && result != Publisher.PREPARING) {
                throw gone(result);
            }
            idle.idle();
            result = publisher.tryClaim(DemoMessage.TYPE_ID, length, claim);
        }
        idle.reset();
        return result;
    }

    private static IllegalStateException gone(final long result) {
        return new IllegalStateException(
            "the channel takes no more messages: " + Publisher.describe(result));
    }
}
