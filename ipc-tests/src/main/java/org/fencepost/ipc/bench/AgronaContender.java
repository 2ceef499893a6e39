package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Function;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Agrona's ring buffers over a mapped file, claimed and committed in place. As they come they check
 * the bounds of every access, as Fencepost's buffers do; the unchecked variants have this switched
 * off.
 */
final class AgronaContender implements MessageContender {
    static final String MANY_TO_ONE = "agrona-many-to-one";
    static final String ONE_TO_ONE = "agrona-one-to-one";
    static final String UNCHECKED_SUFFIX = "-unchecked";

    /** What Agrona's own buffers need. */
    static final List<String> CHECKED_FLAGS =
        List.of("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
    /** The same, with the checks of bounds switched off. */
    static final List<String> UNCHECKED_FLAGS =
        List.of(CHECKED_FLAGS.getFirst(), "-Dagrona.disable.bounds.checks=true");

    private static final int MESSAGE_TYPE = 1;

    private final String name;
    private final boolean boundsChecked;
    private final Function<AtomicBuffer, RingBuffer> ringOver;

    private AgronaContender(
        final String name,
        final boolean boundsChecked,
        final Function<AtomicBuffer, RingBuffer> ringOver) {
        this.name = boundsChecked ? name : name + UNCHECKED_SUFFIX;
        this.boundsChecked = boundsChecked;
        this.ringOver = ringOver;
    }

    static AgronaContender manyToOne(final boolean boundsChecked) {
        return new AgronaContender(MANY_TO_ONE, boundsChecked, ManyToOneRingBuffer::new);
    }

    static AgronaContender oneToOne(final boolean boundsChecked) {
        return new AgronaContender(ONE_TO_ONE, boundsChecked, OneToOneRingBuffer::new);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> jvmFlags() {
        return boundsChecked ? CHECKED_FLAGS : UNCHECKED_FLAGS;
    }

    @Override
    public int sendersMax() {
        return name.startsWith(ONE_TO_ONE) ? 1 : Integer.MAX_VALUE;
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        return new RingSender(map(path), payload);
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        return new RingReceiver(map(path), checker);
    }

    RingBuffer map(final Path path) {
        final int fileBytes = Contenders.RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH;
        try (FileChannel file = FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final MappedByteBuffer mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, fileBytes);
            return ringOver.apply(new UnsafeBuffer(mapped));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot map " + fileBytes + " bytes of " + path, e);
        }
    }

    private static final class RingSender implements Sender {
        private final RingBuffer ring;
        private final Payload payload;

        RingSender(final RingBuffer ring, final Payload payload) {
            this.ring = ring;
            this.payload = payload;
        }

        @Override
        public boolean trySend(final long sequence) {
            final int index = ring.tryClaim(MESSAGE_TYPE, payload.lengthBytes());
            if (index < 0) {
                return false;
            }
            payload.write(ring.buffer(), index, sequence);
            ring.commit(index);
            return true;
        }

        @Override
        public void close() {
            // The mapping ends with the process.
        }
    }

    private static final class RingReceiver implements Receiver {
        private final RingBuffer ring;
        private final MessageHandler handler;

        RingReceiver(final RingBuffer ring, final Checker checker) {
            this.ring = ring;
            this.handler = (type, buffer, index, length) ->
                checker.onMessage(buffer, index, length);
        }

        @Override
        public int poll(final int limit) {
            return ring.read(handler, limit);
        }

        @Override
        public void close() {
            // The mapping ends with the process.
        }
    }
}
