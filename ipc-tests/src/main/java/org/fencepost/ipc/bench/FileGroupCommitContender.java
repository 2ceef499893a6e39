package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * What one writes by hand in one process: all append to one buffer; the first who waits writes and
 * syncs it for all, and meanwhile the others fill a second one.
 */
final class FileGroupCommitContender implements DurableContender {
    static final String NAME = "file-group-commit";

    private static final int BUFFER_BYTES = 1 << 20;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String settings() {
        return "leader and followers in one process, FileChannel.write and force(false) in a file"
            + " that was written before";
    }

    @Override
    public int processesMax() {
        return 1;
    }

    @Override
    public int waitersMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Log open(final Path path) throws IOException {
        return new GroupedFile(FileLog.prepare(path));
    }

    private static final class GroupedFile implements Log {
        private final FileChannel file;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition moved = lock.newCondition();
        private ByteBuffer filling = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private ByteBuffer spare = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private MessageBuffer fillingView = MessageBuffer.of(filling);
        private MessageBuffer spareView = MessageBuffer.of(spare);
        private long written;
        private long durable;
        private boolean led;

        GroupedFile(final FileChannel file) {
            this.file = file;
        }

        @Override
        public Appender newAppender(final Payload payload) {
            return sequence -> append(payload, sequence);
        }

        private long append(final Payload payload, final long sequence) {
            lock.lock();
            try {
                while (filling.remaining() < payload.lengthBytes()) {
                    moved.awaitUninterruptibly();
                }
                payload.write(fillingView, filling.position(), sequence);
                filling.position(filling.position() + payload.lengthBytes());
                return written + filling.position();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void awaitDurable(final long position) throws IOException {
            lock.lock();
            try {
                while (durable < position) {
                    if (led) {
                        moved.awaitUninterruptibly();
                    } else {
                        lead();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        /** With the lock, which is given back for as long as the disk takes. */
        private void lead() throws IOException {
            led = true;
            final ByteBuffer batch = filling;
            final MessageBuffer view = fillingView;
            filling = spare;
            fillingView = spareView;
            final long from = written;
            batch.flip();
            written += batch.limit();
            lock.unlock();
            try {
                FileLog.writeAll(file, batch, from);
                file.force(false);
            } finally {
                lock.lock();
            }
            led = false;
            batch.clear();
            spare = batch;
            spareView = view;
            durable = written;
            moved.signalAll();
        }

        @Override
        public void readAll(final Checker checker) throws IOException {
            FileLog.readAll(file, written, checker);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
