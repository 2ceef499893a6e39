package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.fencepost.ipc.buffer.MessageBuffer;

/** The device's limit: write and fdatasync, one after the other, into blocks that are there already. */
final class FileSyncContender implements DurableContender {
    static final String NAME = "file-fdatasync";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String settings() {
        return "FileChannel.write and force(false) in a file that was written before, "
            + (FileLog.PREPARED_BYTES >> 20) + " MiB in pieces of 4 KiB";
    }

    @Override
    public int processesMax() {
        return 1;
    }

    @Override
    public int waitersMax() {
        return 1;
    }

    @Override
    public Log open(final Path path) throws IOException {
        return new SyncedFile(FileLog.prepare(path));
    }

    /** Used by one thread. */
    private static final class SyncedFile implements Log {
        private final FileChannel file;
        private long end;

        SyncedFile(final FileChannel file) {
            this.file = file;
        }

        @Override
        public Appender newAppender(final Payload payload) {
            final ByteBuffer bytes = ByteBuffer.allocateDirect(payload.lengthBytes());
            final MessageBuffer buffer = MessageBuffer.of(bytes);
            return sequence -> {
                payload.write(buffer, 0, sequence);
                bytes.clear();
                FileLog.writeAll(file, bytes, end);
                end += bytes.capacity();
                return end;
            };
        }

        @Override
        public void awaitDurable(final long position) throws IOException {
            file.force(false);
        }

        @Override
        public void readAll(final Checker checker) throws IOException {
            FileLog.readAll(file, end, checker);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
