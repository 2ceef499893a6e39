package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.tests.peer.HandlerFailure;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources that fail while they are copied: no message, no claim that is left open. */
@ParameterizedClass(name = "{0}")
@MethodSource("channels")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileSourceTest {
    @Parameter
    ChannelOptions options;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    private Channel channel;
    private Publisher publisher;
    private Subscriber subscriber;

    static List<ChannelOptions> channels() {
        return List.of(ChannelOptions.ring(64 * 1024), ChannelOptions.journal(8192));
    }

    @BeforeEach
    void open() {
        channel = Channel.open(temporary.resolve("channel"), options);
        publisher = channel.addPublisher();
        subscriber = channel.addSubscriber(SubscriberOptions.earliest());
    }

    @AfterEach
    void close() {
        channel.close();
    }

    @Test
    void shouldPublishNothingWhenASegmentIsGoneOrBelongsToAnotherThread() {
        final MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(100);
        }
        final CompletableFuture<MemorySegment> made = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(
            () -> made.complete(Arena.ofConfined().allocate(100)));
        final MemorySegment foreign = made.join();
        assertThrows(IllegalStateException.class, () -> publisher.offer(1, closed, 0L, 100));
        assertThrows(WrongThreadException.class, () -> publisher.offer(1, foreign, 0L, 100));
        assertThrows(
            IllegalStateException.class,
            () -> publisher.offer(1, MessageBuffer.of(closed), 0, 100));
        assertThrows(
            WrongThreadException.class,
            () -> publisher.offer(1, MessageBuffer.of(foreign), 0, 100));
        assertPublishesOnly(7);
    }

    @Test
    void shouldPublishNothingWhenABufferThrowsWhileItIsCopied() {
        for (final Throwable failure : List.of(
            new HandlerFailure("copied"), new OutOfMemoryError("as if"))) {
            final DirectBuffer throwing = throwingWhenCopied(failure);
            for (int i = 0; i < 250; i++) {
                assertSame(failure, assertThrows(
                    Throwable.class, () -> publisher.offer(1, throwing, 0, 100)));
            }
            assertPublishesOnly(7);
        }
    }

    @Test
    void shouldKeepTheOthersWhenABufferThrowsWhileItIsAddedToABatch() {
        final Batch batch = new Batch();
        assertTrue(publisher.tryClaimBatch(1_000, batch) >= 0);
        assertTrue(batch.add(1, new byte[10], 0, 10));
        final DirectBuffer throwing = throwingWhenCopied(new HandlerFailure("copied"));
        assertThrows(HandlerFailure.class, () -> batch.add(2, throwing, 0, 100));
        assertTrue(batch.add(3, new byte[20], 0, 20));
        assertEquals(2, batch.count());
        assertTrue(batch.commit() > 0);
        assertEquals(List.of(1, 3), types());
    }

    @Test
    void shouldForwardAMessageWhenAHandlerOffersItsBuffer() {
        final byte[] bytes = new byte[100];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (Channel target = Channel.open(temporary.resolve("target"), options);
            Publisher forwarding = target.addPublisher();
            Subscriber end = target.addSubscriber(SubscriberOptions.earliest())) {
            publisher.offer(5, bytes, 0, 100);
            subscriber.poll((buffer, offset, length, header) ->
                assertTrue(forwarding.offer(header.typeId(), buffer, offset, length) > 0), 1);
            final byte[] copy = new byte[100];
            assertEquals(1, end.poll((buffer, offset, length, header) -> {
                assertEquals(5, header.typeId());
                assertEquals(100, length);
                buffer.getBytes(offset, copy);
            }, 1));
            assertArrayEquals(bytes, copy);
        }
    }

    @Test
    void shouldPublishIntoItsOwnChannelWhenAHandlerReplies() {
        publisher.offer(1, new byte[10], 0, 10);
        subscriber.poll((buffer, offset, length, header) -> {
            assertTrue(publisher.offer(2, buffer, offset, length) > 0);
            assertTrue(publisher.offer(3, buffer, offset, 0) > 0);
        }, 1);
        assertEquals(List.of(2, 3), types());
    }

    @Test
    void shouldGiveNoAccessBeyondTheMessageWhenAHandlerTries() {
        publisher.offer(1, new byte[40], 0, 40);
        publisher.offer(2, new byte[40], 0, 40);
        subscriber.poll((buffer, offset, length, header) -> {
            assertThrows(
                IndexOutOfBoundsException.class, () -> buffer.getByte(offset + length));
            assertThrows(
                IndexOutOfBoundsException.class, () -> buffer.getLong(offset + length - 7));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(-1));
            assertThrows(
                IndexOutOfBoundsException.class,
                () -> buffer.getBytes(offset, new byte[length + 1]));
            if (buffer instanceof MutableDirectBuffer mutable) {
                assertThrows(RuntimeException.class, () -> mutable.putByte(offset, (byte) 1));
            }
        }, 2);
    }

    @Test
    void shouldRefuseNull() {
        assertThrows(NullPointerException.class, () -> publisher.offer(1, (byte[]) null, 0, 1));
        assertThrows(
            NullPointerException.class, () -> publisher.offer(1, (DirectBuffer) null, 0, 1));
        assertThrows(
            NullPointerException.class, () -> publisher.offer(1, (MemorySegment) null, 0L, 1));
        assertThrows(NullPointerException.class, () -> publisher.tryClaim(1, 1, null));
        assertThrows(NullPointerException.class, () -> publisher.tryClaimBatch(100, null));
        assertThrows(NullPointerException.class, () -> channel.addSubscriber(null));
        publisher.offer(6, new byte[1], 0, 1);
        assertThrows(NullPointerException.class, () -> subscriber.poll(null, 1));
        types();
        assertPublishesOnly(7);
    }

    private void assertPublishesOnly(final int typeId) {
        assertTrue(publisher.offer(typeId, new byte[10], 0, 10) > 0);
        assertEquals(List.of(typeId), types());
    }

    private List<Integer> types() {
        final List<Integer> types = new ArrayList<>();
        subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 100);
        return types;
    }

    /** A buffer of somebody else's that looks well until its bytes are wanted. */
    private static DirectBuffer throwingWhenCopied(final Throwable failure) {
        final MessageBuffer well = MessageBuffer.allocate(100);
        return (DirectBuffer) Proxy.newProxyInstance(
            DirectBuffer.class.getClassLoader(),
            new Class<?>[] {DirectBuffer.class},
            (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "boundsCheck", "capacity" -> {
                        try {
                            return method.invoke(well, arguments);
                        } catch (final InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                    case "byteArray", "byteBuffer" -> {
                        return null;
                    }
                    default -> throw failure;
                }
            });
    }
}
