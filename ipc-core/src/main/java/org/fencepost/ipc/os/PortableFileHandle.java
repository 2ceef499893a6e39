package org.fencepost.ipc.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A channel. The JDK changes owner and mode by path, so the name must still be this file's. */
final class PortableFileHandle implements FileHandle {
    private final PortableFileCalls calls;
    private final Path file;
    private final FileChannel channel;
    private final FileStatus opened;

    PortableFileHandle(
        final PortableFileCalls calls, final Path file, final FileChannel channel)
        throws IOException {
        this.calls = calls;
        this.file = file;
        this.channel = channel;
        this.opened = there();
    }

    @Override
    public int write(final ByteBuffer source, final long position) throws IOException {
        return once(() -> channel.write(source, position));
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
        return once(() -> channel.read(target, position));
    }

    @Override
    public void allocate(final long bytes) throws IOException {
        once(() -> {
            writeZeros(channel, channel.size(), bytes);
            return null;
        });
    }

    /** Page by page: blocks of a file that was written in larger pieces are synced in such, too. */
    private static void writeZeros(final FileChannel channel, final long from, final long to)
        throws IOException {
        final ByteBuffer page = ByteBuffer.allocateDirect((int) Platform.PAGE_BYTES);
        for (long position = from; position < to; ) {
            page.clear().limit((int) Math.min(
                to - position, Platform.PAGE_BYTES - position % Platform.PAGE_BYTES));
            position += channel.write(page, position);
        }
    }

    @Override
    public void changeOwner(final int user, final int group) throws IOException {
        checkName();
        Files.setAttribute(file, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void changePermissions(final int permissions) throws IOException {
        checkName();
        Files.setAttribute(file, "unix:mode", permissions);
    }

    @Override
    public void sync() throws IOException {
        once(() -> {
            channel.force(true);
            return null;
        });
    }

    @Override
    public FileStatus status() throws IOException {
        final FileStatus now = there();
        return new FileStatus(now.mode(), now.device(), now.inode(), once(channel::size),
            now.allocatedBytes(), now.user(), now.group(), now.bornNanos());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Not repeated where an interruption closed the channel: that is a failure. */
    private <T> T once(final Undisturbed.Call<T> call) throws IOException {
        final boolean interrupted = Thread.interrupted();
        try {
            return call.make();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private FileStatus there() throws IOException {
        return calls.status(file, false).orElseThrow(() -> new NoSuchFileException(
            file.toString(), null, "was removed while it was open"));
    }

    private void checkName() throws IOException {
        if (!there().isSameFile(opened)) {
            throw new FileSystemException(
                file.toString(), null, "was replaced while it was open");
        }
    }
}
