package org.fencepost.ipc.tests.death;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file with a call of {@code step} before every write and every flush. */
final class CountingFileChannel extends FileChannel {
    private final FileChannel file;
    private final Runnable step;

    CountingFileChannel(final FileChannel file, final Runnable step) {
        this.file = file;
        this.step = step;
    }

    @Override
    public int read(final ByteBuffer target) throws IOException {
        return file.read(target);
    }

    @Override
    public long read(final ByteBuffer[] targets, final int offset, final int length)
        throws IOException {
        return file.read(targets, offset, length);
    }

    @Override
    public int write(final ByteBuffer source) throws IOException {
        step.run();
        return file.write(source);
    }

    @Override
    public long write(final ByteBuffer[] sources, final int offset, final int length)
        throws IOException {
        step.run();
        return file.write(sources, offset, length);
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public FileChannel position(final long newPosition) throws IOException {
        file.position(newPosition);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileChannel truncate(final long size) throws IOException {
        step.run();
        file.truncate(size);
        return this;
    }

    @Override
    public void force(final boolean metaData) throws IOException {
        step.run();
        file.force(metaData);
    }

    @Override
    public long transferTo(final long position, final long count, final WritableByteChannel target)
        throws IOException {
        return file.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(
        final ReadableByteChannel source, final long position, final long count)
        throws IOException {
        step.run();
        return file.transferFrom(source, position, count);
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public int write(final ByteBuffer source, final long position) throws IOException {
        step.run();
        return file.write(source, position);
    }

    @Override
    public MappedByteBuffer map(final MapMode mode, final long position, final long size)
        throws IOException {
        return file.map(mode, position, size);
    }

    @Override
    public FileLock lock(final long position, final long size, final boolean shared)
        throws IOException {
        return file.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(final long position, final long size, final boolean shared)
        throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
