package org.fencepost.ipc;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * The main class of a process whose batch meets a page that is missing for a while. Interpreted, or the error would
 * come some instructions later. Arguments: directory of the channels, and whether the publisher is exclusive. Prints
 * for each operation what it has thrown, and the types of the messages that come when the page is back.
 */
final class LostBatch {
    private static final int PAGE = 4096;
    private static final int HEADER = 16;
    private static final int LENGTH = 200;
    private static final int BEFORE = 1;
    private static final int REFUSED = 2;
    private static final int GONE_ON = 3;

    private LostBatch() {
    }

    /** What is done with a batch. */
    private interface Operation {
        void on(Batch batch);
    }

    public static void main(final String[] arguments) throws IOException {
        final boolean exclusive = Boolean.parseBoolean(arguments[1]);
        final byte[] payload = new byte[2 * PAGE];
        final Map<String, Operation> operations = new LinkedHashMap<>();
        operations.put("array", batch -> batch.add(REFUSED, payload, 0, LENGTH));
        operations.put("buffer", batch -> batch.add(REFUSED, MessageBuffer.of(payload), 0, LENGTH));
        operations.put("segment", batch -> batch.add(REFUSED, MemorySegment.ofArray(payload), 0, LENGTH));
        operations.put("all", batch -> batch.addAll(REFUSED, payload, new int[] {0}, new int[] {LENGTH}, 0, 1));
        operations.put("append", batch -> batch.tryAppend(REFUSED, LENGTH));
        operations.put("commit", Batch::commit);
        for (final Map.Entry<String, Operation> operation : operations.entrySet()) {
            System.out.println(operation.getKey() + " "
                + meet(Path.of(arguments[0]).resolve(operation.getKey()), exclusive, payload, operation.getValue()));
        }
    }

    private static String meet(
        final Path directory, final boolean exclusive, final byte[] payload, final Operation operation)
        throws IOException {
        final ChannelOptions options = ChannelOptions.journal(16 * PAGE).withTimestamps(false);
        try (Channel channel = Channel.open(directory, options);
             FileChannel segment = FileChannel.open(
                 directory.resolve("segment-0000000000000000"), StandardOpenOption.WRITE)) {
            channel.housekeeping().byHand();
            final Publisher publisher = exclusive ? channel.addExclusivePublisher() : channel.addPublisher();
            publisher.offer(BEFORE, payload, 0, PAGE - HEADER);
            final long bytes = segment.size();
            final Batch batch = new Batch();
            publisher.tryClaimBatch(2 * LENGTH, batch);
            // The log begins behind a page, and the batch behind one of the log.
            segment.truncate(2 * PAGE);
            final String thrown = thrown(directory, () -> operation.on(batch));
            segment.write(ByteBuffer.allocate(1), bytes - 1);
            final int count = batch.count();
            batch.close();
            publisher.offer(GONE_ON, payload, 0, LENGTH);
            final List<Integer> types = new ArrayList<>();
            try (Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
                while (subscriber.position() < channel.tailPosition()) {
                    subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10);
                }
            }
            return thrown + " " + count + " " + types;
        }
    }

    private static String thrown(final Path directory, final Runnable operation) {
        try {
            operation.run();
            return "nothing";
        } catch (final ChannelDamagedException expected) {
            return expected.getMessage().contains("a page of " + directory + " is missing")
                ? "damaged" : expected.getMessage();
        } catch (final InternalError raw) {
            return raw.toString();
        }
    }
}
