package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/** A sound contender of which the receiver gets one message wrong, each subclass in another way. */
abstract class SpoilingContender implements MessageContender {
    /** Within the first chunk of every measure, so that the shortest run comes to it. */
    private static final int SPOILED_MESSAGE = 100;

    private final AgronaContender sound = AgronaContender.manyToOne(true);
    private int messages;

    /** Shows a message that was not to arrive like this. */
    abstract void spoil(UnsafeBuffer message, Checker checker);

    @Override
    public String name() {
        return getClass().getName();
    }

    @Override
    public List<String> jvmFlags() {
        return sound.jvmFlags();
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        return sound.openSender(path, payload);
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        final RingBuffer ring = sound.map(path);
        return new Receiver() {
            @Override
            public int poll(final int limit) {
                return ring.read((type, buffer, index, length) -> {
                    if (messages++ == SPOILED_MESSAGE) {
                        final byte[] copy = new byte[length];
                        buffer.getBytes(index, copy);
                        spoil(new UnsafeBuffer(copy), checker);
                    } else {
                        checker.onMessage(buffer, index, length);
                    }
                }, limit);
            }

            @Override
            public void close() {
                // The mapping ends with the process.
            }
        };
    }

    private static void flip(final UnsafeBuffer message, final int index) {
        message.putByte(index, (byte) ~message.getByte(index));
    }

    /** A byte of the last word is wrong. */
    static final class LastByte extends SpoilingContender {
        @Override
        void spoil(final UnsafeBuffer message, final Checker checker) {
            flip(message, message.capacity() - 1);
            checker.onMessage(message, 0, message.capacity());
        }
    }

    /** A byte is wrong that only a full check looks at. */
    static final class InnerByte extends SpoilingContender {
        @Override
        void spoil(final UnsafeBuffer message, final Checker checker) {
            flip(message, message.capacity() / 2);
            checker.onMessage(message, 0, message.capacity());
        }
    }

    /** The message is lost. */
    static final class Lost extends SpoilingContender {
        @Override
        void spoil(final UnsafeBuffer message, final Checker checker) {
            // Not shown.
        }
    }

    /** The message comes twice. */
    static final class Twice extends SpoilingContender {
        @Override
        void spoil(final UnsafeBuffer message, final Checker checker) {
            checker.onMessage(message, 0, message.capacity());
            checker.onMessage(message, 0, message.capacity());
        }
    }

    /** The receiver fails for a reason of its own. */
    static final class Failing extends SpoilingContender {
        @Override
        void spoil(final UnsafeBuffer message, final Checker checker) {
            throw new IllegalStateException("out of order");
        }
    }
}
