package org.fencepost.ipc.tests.sbe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.memory.AddressMemory;
import org.fencepost.ipc.memory.ReadOnlyView;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.memory.WritableView;
import org.fencepost.ipc.tests.orders.MessageHeaderDecoder;
import org.fencepost.ipc.tests.orders.OrderDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SBE codecs, as generated, work in place over our buffers in a JVM without any flag. */
class SbeInPlaceTest {
    private static final int LENGTH_MAX = 1024;

    @TempDir
    private Path directory;

    /** Opens a route in a directory. Another kind of route is one more entry of this enum. */
    enum Way {
        MAPPED_VIEWS {
            @Override
            Route open(final Path directory) throws IOException {
                return new MappedRoute(directory.resolve("segment"));
            }
        },
        CHANNEL {
            @Override
            Route open(final Path directory) {
                return new ChannelRoute(directory.resolve("channel"));
            }
        },
        MESSAGE_BUFFER_ON_HEAP {
            @Override
            Route open(final Path directory) {
                return new BufferRoute(MessageBuffer.of(new byte[LENGTH_MAX + 9], 5, LENGTH_MAX));
            }
        },
        MESSAGE_BUFFER_OUTSIDE {
            @Override
            Route open(final Path directory) {
                return new BufferRoute(MessageBuffer.of(Arena.ofAuto().allocate(LENGTH_MAX)));
            }
        };

        abstract Route open(Path directory) throws Exception;
    }

    static Stream<Way> ways() {
        return Stream.of(Way.values());
    }

    @Test
    void shouldNeedNoFlagWhenCodecsRun() {
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            assertFalse(argument.startsWith("--add-"), argument);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldDecodeWhatWasEncodedWhenBothWorkInPlace(final Way way) throws Exception {
        try (Route route = way.open(directory)) {
            for (int number = 0; number < 200; number++) {
                final int order = number;
                final int[] lengths = new int[2];
                route.carry(
                    buffer -> lengths[0] = Orders.encode(buffer, order),
                    (buffer, offset) -> lengths[1] = Orders.check(buffer, offset, order));
                assertEquals(lengths[0], lengths[1]);
            }
        }
    }

    @Test
    void shouldRefuseToEncodeBeyondTheClaimWhenItIsTooShort() throws Exception {
        final int length = Orders.encode(MessageBuffer.allocate(LENGTH_MAX), 4);
        try (MappedRoute route = new MappedRoute(directory.resolve("segment"))) {
            assertEquals(length, Orders.encode(route.claim(length), 4));
            for (int tooShort = 0; tooShort < length; tooShort++) {
                final MutableDirectBuffer claim = route.claim(tooShort);
                assertThrows(IndexOutOfBoundsException.class, () -> Orders.encode(claim, 4));
            }
        }
    }

    @Test
    void shouldLendVariableDataWhenAMessageBufferIsDecoded() {
        final MessageBuffer buffer = MessageBuffer.allocate(LENGTH_MAX);
        Orders.encode(buffer, 10);
        final OrderDecoder order =
            new OrderDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
        assertEquals(0, order.fills().count());
        final MessageBuffer lent = MessageBuffer.allocate(0);
        order.wrapRemark(lent);
        assertEquals("\u20ac".repeat(10) + "10",
            lent.getStringWithoutLengthUtf8(0, lent.capacity()));
    }

    /** Two mappings of one file, the reader's one read-only. */
    private static final class MappedRoute implements Route {
        private static final int START = 72;

        private final SharedMemory memory = new AddressMemory();
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment written;
        private final MemorySegment read;
        private final WritableView claim = new WritableView(memory);
        private final ReadOnlyView view = new ReadOnlyView(memory);

        MappedRoute(final Path path) throws IOException {
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                final long size = START + LENGTH_MAX;
                written = file.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
                read = file.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            }
        }

        MutableDirectBuffer claim(final int length) {
            claim.set(written.address() + START, length);
            return claim;
        }

        @Override
        public void carry(final Encoder encoder, final Decoder decoder) {
            final int length = encoder.encode(claim(LENGTH_MAX));
            claim.hide();
            view.set(read.address() + START - 8, 8 + length);
            assertEquals(length, decoder.decode(view, 8));
            view.hide();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** The claim of a publisher and the handler of a subscriber, in two handles of one channel. */
    private static final class ChannelRoute implements Route {
        private final Channel from;
        private final Channel to;
        private final Publisher publisher;
        private final Subscriber subscriber;
        private final Claim claim = new Claim();

        ChannelRoute(final Path path) {
            from = Channel.open(path, ChannelOptions.ring(1 << 16));
            to = Channel.join(path);
            publisher = from.addPublisher();
            subscriber = to.addSubscriber(SubscriberOptions.latest());
        }

        @Override
        public void carry(final Encoder encoder, final Decoder decoder) {
            assertTrue(publisher.tryClaim(1, LENGTH_MAX, claim) >= 0);
            final int length = encoder.encode(claim.buffer());
            assertTrue(claim.commit() > 0);
            assertEquals(1, subscriber.poll((buffer, offset, messageLength, header) -> {
                assertEquals(LENGTH_MAX, messageLength);
                assertEquals(length, decoder.decode(buffer, offset));
            }, 2));
        }

        @Override
        public void close() {
            to.close();
            from.close();
        }
    }

    /** One buffer for both. */
    private static final class BufferRoute implements Route {
        private final MessageBuffer buffer;

        BufferRoute(final MessageBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public void carry(final Encoder encoder, final Decoder decoder) {
            assertEquals(encoder.encode(buffer), decoder.decode(buffer, 0));
        }

        @Override
        public void close() {
        }
    }
}
