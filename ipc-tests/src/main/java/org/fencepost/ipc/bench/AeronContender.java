package org.fencepost.ipc.bench;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron's IPC. Its driver runs in the first process, which publishes, on one thread that backs off:
 * its samples let that thread spin, for which two cores are not enough. Messages that a fragment has
 * room for are claimed in place, longer ones are offered and assembled again.
 */
final class AeronContender implements MessageContender {
    static final String SHARED = "aeron-shared";
    static final String EXCLUSIVE = "aeron-exclusive";

    private static final int TERM_BYTES = 16 * 1024 * 1024;
    private static final int MTU_BYTES = 65_504;
    private static final int PARK_NANOS_MIN = 1_000;
    private static final int PARK_NANOS_MAX = 100_000;
    private static final String DRIVER = "aeron";

    private final boolean exclusive;

    private AeronContender(final boolean exclusive) {
        this.exclusive = exclusive;
    }

    static AeronContender shared() {
        return new AeronContender(false);
    }

    static AeronContender exclusive() {
        return new AeronContender(true);
    }

    @Override
    public String name() {
        return exclusive ? EXCLUSIVE : SHARED;
    }

    @Override
    public List<String> jvmFlags() {
        return AgronaContender.UNCHECKED_FLAGS;
    }

    @Override
    public String settings() {
        return "terms of " + TERM_BYTES / 1024 + " KiB, not sparse, fragments of up to " + MTU_BYTES
            + " bytes, driver in the first process: ThreadingMode.SHARED, BackoffIdleStrategy with"
            + " parks of " + PARK_NANOS_MIN + " to " + PARK_NANOS_MAX + " ns";
    }

    @Override
    public int sendersMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int receiversMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void begin(final Path directory, final boolean isFirst) {
        if (isFirst) {
            MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(directory.resolve(DRIVER).toString())
                .ipcTermBufferLength(TERM_BYTES)
                .ipcMtuLength(MTU_BYTES)
                .termBufferSparseFile(false)
                .performStorageChecks(false)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(
                    new BackoffIdleStrategy(1, 1, PARK_NANOS_MIN, PARK_NANOS_MAX)));
        }
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        final Aeron aeron = connect(path);
        final int stream = streamOf(path);
        return new LogSender(aeron, exclusive
            ? aeron.addExclusivePublication(CommonContext.IPC_CHANNEL, stream)
            : aeron.addPublication(CommonContext.IPC_CHANNEL, stream), payload);
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        final Aeron aeron = connect(path);
        return new LogReceiver(
            aeron, aeron.addSubscription(CommonContext.IPC_CHANNEL, streamOf(path)), checker);
    }

    private static Aeron connect(final Path path) {
        return Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(path.resolveSibling(DRIVER).toString())
            .preTouchMappedMemory(true));
    }

    private static int streamOf(final Path path) {
        return path.getFileName().hashCode() & Integer.MAX_VALUE;
    }

    private static final class LogSender implements Sender {
        private final Aeron aeron;
        private final Publication publication;
        private final Payload payload;
        private final BufferClaim claim = new BufferClaim();
        private final boolean fitsClaim;
        private final UnsafeBuffer copied;

        LogSender(final Aeron aeron, final Publication publication, final Payload payload) {
            this.aeron = aeron;
            this.publication = publication;
            this.payload = payload;
            this.fitsClaim = payload.lengthBytes() <= publication.maxPayloadLength();
            this.copied = new UnsafeBuffer(new byte[payload.lengthBytes()]);
        }

        @Override
        public boolean trySend(final long sequence) {
            final long result;
            if (fitsClaim) {
                result = publication.tryClaim(payload.lengthBytes(), claim);
                if (result > 0) {
                    payload.write(claim.buffer(), claim.offset(), sequence);
                    claim.commit();
                }
            } else {
                payload.write(copied, 0, sequence);
                result = publication.offer(copied);
            }
            if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
                throw new IllegalStateException(
                    "Aeron returned " + Publication.errorString(result));
            }
            return result > 0;
        }

        @Override
        public void close() {
            publication.close();
            aeron.close();
        }
    }

    private static final class LogReceiver implements Receiver {
        private final Aeron aeron;
        private final Subscription subscription;
        private final FragmentHandler handler;

        LogReceiver(final Aeron aeron, final Subscription subscription, final Checker checker) {
            this.aeron = aeron;
            this.subscription = subscription;
            final FragmentHandler show = (buffer, offset, length, header) ->
                checker.onMessage(buffer, offset, length);
            final boolean fits = checker.lengthBytes() <= MTU_BYTES - 32;
            this.handler = fits ? show : new FragmentAssembler(show);
        }

        @Override
        public int poll(final int limit) {
            return subscription.poll(handler, limit);
        }

        @Override
        public void close() {
            subscription.close();
            aeron.close();
        }
    }
}
