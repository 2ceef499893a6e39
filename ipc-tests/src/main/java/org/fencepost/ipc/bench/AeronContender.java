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
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron's IPC. Its samples let the driver's thread spin, for which two cores are not enough; here
 * the driver is in the first process, which publishes, and works whenever the sender has been held
 * back, and every millisecond. Messages that a fragment has room for are claimed in place, longer
 * ones are offered and assembled again.
 */
final class AeronContender implements ManyToManyContender {
    static final String SHARED = "aeron-shared";
    static final String EXCLUSIVE = "aeron-exclusive";

    private static final int TERM_BYTES = 16 * 1024 * 1024;
    private static final int MTU_BYTES = 65_504;
    private static final int HEADER_BYTES = 32;
    private static final long PARK_NANOS = 1_000_000;
    private static final String DRIVER = "aeron";

    private final boolean exclusive;
    /** Does the driver's work, if it is in this process. */
    private Runnable driver = () -> { };

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
            + " bytes; the driver in the first process, ThreadingMode.INVOKER, invoked by a sender"
            + " that was held back and every " + PARK_NANOS + " ns";
    }

    @Override
    public void begin(final Path directory, final boolean isFirst) {
        if (isFirst) {
            final AgentInvoker invoker = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(directory.resolve(DRIVER).toString())
                .ipcTermBufferLength(TERM_BYTES)
                .ipcMtuLength(MTU_BYTES)
                .termBufferSparseFile(false)
                .performStorageChecks(false)
                .threadingMode(ThreadingMode.INVOKER)).sharedAgentInvoker();
            driver = () -> {
                synchronized (invoker) {
                    invoker.invoke();
                }
            };
            final Thread thread = new Thread(this::driveForEver, "aeron-driver");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void driveForEver() {
        while (true) {
            driver.run();
            LockSupport.parkNanos(PARK_NANOS);
        }
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        final Aeron aeron = connect(path);
        final int stream = streamOf(path);
        return new LogSender(aeron, driver, exclusive
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
        private final Runnable driver;
        private final Publication publication;
        private final Payload payload;
        private final BufferClaim claim = new BufferClaim();
        private final boolean fitsClaim;
        private final UnsafeBuffer copied;

        LogSender(
            final Aeron aeron,
            final Runnable driver,
            final Publication publication,
            final Payload payload) {
            this.aeron = aeron;
            this.driver = driver;
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
            if (result > 0) {
                return true;
            }
            driver.run();
            return false;
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
            final boolean fits = checker.lengthBytes() <= MTU_BYTES - HEADER_BYTES;
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
