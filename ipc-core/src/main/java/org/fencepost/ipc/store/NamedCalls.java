package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;

/**
 * The calls by which the files of one channel change, each of which looks whether the channel's name still leads to
 * it: who recovers or repairs takes its time, and by the name another channel may be there before it has ended.
 */
record NamedCalls(FileCalls calls, ChannelName name) implements FileCalls {
    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        name.require();
        return calls.create(file, permissions);
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        final FileHandle handle = calls.open(file, writable);
        boolean done = false;
        try {
            if (writable) {
                // Behind it: what is open is this channel's from here on, whatever becomes of the name.
                name.require();
            }
            done = true;
            return handle;
        } finally {
            if (!done) {
                handle.close();
            }
        }
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        return calls.status(file, follow);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        name.require();
        calls.rename(from, to);
    }

    @Override
    public void link(final Path existing, final Path another) throws IOException {
        name.require();
        calls.link(existing, another);
    }

    @Override
    public void unlink(final Path file) throws IOException {
        name.require();
        calls.unlink(file);
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        calls.makeDirectory(directory, permissions);
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        calls.changePermissions(directory, permissions);
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        calls.syncDirectory(directory);
    }
}
