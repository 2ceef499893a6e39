package org.fencepost.ipc.bench;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Streams of bytes through the kernel, in which a length stands before each message: Unix domain
 * sockets, TCP over the loopback and named pipes. Nobody sleeps in a call; where messages are put
 * into batches, each batch is one write.
 */
final class StreamContender implements MessageContender {
    static final String UNIX = "unix-socket";
    static final String TCP = "tcp-loopback";
    static final String PIPE = "pipe";
    static final String BATCH_SUFFIX = "-batch";

    private static final int SOCKET_BUFFER_BYTES = 1 << 20;
    private static final int READ_BUFFER_BYTES = 1 << 18;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;
    private final Transport transport;
    private final int batchMessages;

    /** A stream between two processes. */
    private interface Transport {
        /** Makes what the other side looks for; returns what accepts it when it comes. */
        Listening listen(Path path) throws IOException;

        /** Waits for the other side to listen. */
        WritableByteChannel connect(Path path) throws IOException;
    }

    /** The receiving end. */
    private interface Listening extends AutoCloseable {
        /** Bytes that were read into the buffer, 0 if there were none. */
        int read(ByteBuffer into) throws IOException;

        @Override
        void close() throws IOException;
    }

    private StreamContender(
        final String name, final Transport transport, final int batchMessages) {
        this.name = batchMessages == 1 ? name : name + BATCH_SUFFIX;
        this.transport = transport;
        this.batchMessages = batchMessages;
    }

    static StreamContender unix() {
        return new StreamContender(UNIX, new UnixTransport(), 1);
    }

    static StreamContender unixBatch() {
        return new StreamContender(UNIX, new UnixTransport(), Contenders.BATCH_MESSAGES);
    }

    static StreamContender tcp() {
        return new StreamContender(TCP, new TcpTransport(), 1);
    }

    static StreamContender tcpBatch() {
        return new StreamContender(TCP, new TcpTransport(), Contenders.BATCH_MESSAGES);
    }

    static StreamContender pipe() {
        return new StreamContender(PIPE, new PipeTransport(), 1);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> jvmFlags() {
        return AgronaContender.CHECKED_FLAGS;
    }

    @Override
    public String settings() {
        final String writes = batchMessages == 1
            ? "a write each message" : "a write each " + batchMessages + " messages";
        return writes + ", reads of up to " + READ_BUFFER_BYTES / 1024 + " KiB, non-blocking"
            + (name.startsWith(PIPE) ? " reads" : ", socket buffers of "
                + SOCKET_BUFFER_BYTES / 1024 + " KiB")
            + (name.startsWith(TCP) ? ", TCP_NODELAY" : "");
    }

    @Override
    public boolean keepsBack() {
        return batchMessages > 1;
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        try {
            return new StreamSender(transport.connect(path), payload, batchMessages);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot connect to " + path, e);
        }
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        try {
            return new StreamReceiver(transport.listen(path), checker);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot listen at " + path, e);
        }
    }

    private static void awaitFile(final Path path) {
        while (!Files.exists(path)) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static final class StreamSender implements Sender {
        private final WritableByteChannel channel;
        private final Payload payload;
        private final int batchMessages;
        private final ByteBuffer bytes;
        private final UnsafeBuffer buffer;
        private int messages;

        StreamSender(
            final WritableByteChannel channel, final Payload payload, final int batchMessages) {
            this.channel = channel;
            this.payload = payload;
            this.batchMessages = batchMessages;
            this.bytes = ByteBuffer.allocateDirect(
                batchMessages * (Integer.BYTES + payload.lengthBytes()));
            this.buffer = new UnsafeBuffer(bytes);
        }

        @Override
        public boolean trySend(final long sequence) {
            if (messages == batchMessages && !flush()) {
                return false;
            }
            final int index = messages * (Integer.BYTES + payload.lengthBytes());
            buffer.putInt(index, payload.lengthBytes());
            payload.write(buffer, index + Integer.BYTES, sequence);
            if (++messages == batchMessages) {
                flush();
            }
            return true;
        }

        /** Whether nothing is left to be written. */
        private boolean flush() {
            try {
                channel.write(bytes);
            } catch (final IOException e) {
                // The other side is gone, as at the end of a run; nothing is taken any more.
                return false;
            }
            if (bytes.hasRemaining()) {
                return false;
            }
            bytes.clear();
            messages = 0;
            return true;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot close " + channel, e);
            }
        }
    }

    private static final class StreamReceiver implements Receiver {
        private final Listening stream;
        private final Checker checker;
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);
        private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        private int begin;

        StreamReceiver(final Listening stream, final Checker checker) {
            this.stream = stream;
            this.checker = checker;
        }

        @Override
        public int poll(final int limit) {
            int count = show(limit);
            if (count == 0 && fill()) {
                count = show(limit);
            }
            return count;
        }

        private int show(final int limit) {
            int count = 0;
            while (count < limit && bytes.position() - begin >= Integer.BYTES) {
                final int length = buffer.getInt(begin);
                if (bytes.position() - begin - Integer.BYTES < length) {
                    break;
                }
                checker.onMessage(buffer, begin + Integer.BYTES, length);
                begin += Integer.BYTES + length;
                count++;
            }
            return count;
        }

        private boolean fill() {
            bytes.flip().position(begin);
            bytes.compact();
            begin = 0;
            try {
                return stream.read(bytes) > 0;
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot read", e);
            }
        }

        @Override
        public void close() {
            try {
                stream.close();
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot close a stream", e);
            }
        }
    }

    /** Accepts one connection, at the first read that finds it there. */
    private static final class ListeningSocket implements Listening {
        private final ServerSocketChannel server;
        private SocketChannel accepted;

        ListeningSocket(final ServerSocketChannel server) throws IOException {
            this.server = server;
            server.configureBlocking(false);
        }

        @Override
        public int read(final ByteBuffer into) throws IOException {
            if (accepted == null) {
                accepted = server.accept();
                if (accepted == null) {
                    return 0;
                }
                configure(accepted);
            }
            return accepted.read(into);
        }

        @Override
        public void close() throws IOException {
            if (accepted != null) {
                accepted.close();
            }
            server.close();
        }

        static SocketChannel configure(final SocketChannel socket) throws IOException {
            socket.configureBlocking(false);
            socket.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            return socket;
        }
    }

    private static final class UnixTransport implements Transport {
        @Override
        public Listening listen(final Path path) throws IOException {
            final ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            // Renamed, so that nobody finds it before it listens.
            final Path unfinished = path.resolveSibling(path.getFileName() + ".tmp");
            server.bind(UnixDomainSocketAddress.of(unfinished));
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return new ListeningSocket(server);
        }

        @Override
        public WritableByteChannel connect(final Path path) throws IOException {
            awaitFile(path);
            return ListeningSocket.configure(
                SocketChannel.open(UnixDomainSocketAddress.of(path)));
        }
    }

    private static final class TcpTransport implements Transport {
        @Override
        public Listening listen(final Path path) throws IOException {
            final ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            final SocketAddress address = server.getLocalAddress();
            final Path unfinished = path.resolveSibling(path.getFileName() + ".tmp");
            Files.writeString(
                unfinished, Integer.toString(((InetSocketAddress) address).getPort()));
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return new ListeningSocket(server);
        }

        @Override
        public WritableByteChannel connect(final Path path) throws IOException {
            awaitFile(path);
            final int port = Integer.parseInt(Files.readString(path));
            final SocketChannel socket = SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return ListeningSocket.configure(socket);
        }
    }

    /** A write waits while the pipe is full; its reader goes on until it is told to end. */
    private static final class PipeTransport implements Transport {
        @Override
        public Listening listen(final Path path) throws IOException {
            final Path unfinished = path.resolveSibling(path.getFileName() + ".tmp");
            final Process maker = new ProcessBuilder("mkfifo", unfinished.toString())
                .redirectErrorStream(true).start();
            final String said =
                new String(maker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (maker.onExit().join().exitValue() != 0) {
                throw new IOException("mkfifo: " + said.strip());
            }
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return new ListeningPipe(path);
        }

        @Override
        public WritableByteChannel connect(final Path path) throws IOException {
            awaitFile(path);
            return new FileOutputStream(path.toFile()).getChannel();
        }
    }

    private static final class ListeningPipe implements Listening {
        private final FileInputStream stream;

        ListeningPipe(final Path path) throws IOException {
            // Opening to read waits for who writes, unless there is somebody.
            final FileChannel both =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                stream = new FileInputStream(path.toFile());
            } finally {
                both.close();
            }
        }

        @Override
        public int read(final ByteBuffer into) throws IOException {
            return stream.available() == 0 ? 0 : stream.getChannel().read(into);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
