package org.fencepost.ipc.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file of a {@link Disk}, to be read from its beginning. */
final class DiskChannel extends FileChannel {
    private final Disk disk;
    private final Inode file;
    private final String path;
    private final Disk.Open open;
    private long position;

    DiskChannel(final Disk disk, final String path) throws IOException {
        disk.enter("Files.open", path);
        this.disk = disk;
        this.file = disk.requireFile(path);
        this.path = path;
        this.open = disk.new Open(path);
    }

    @Override
    public int read(final ByteBuffer target) throws IOException {
        disk.enter("Files.read", path);
        final int read = disk.read(file, target, position);
        position += Math.max(0, read);
        return read;
    }

    @Override
    public int read(final ByteBuffer target, final long from) {
        return disk.read(file, target, from);
    }

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public FileChannel position(final long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    protected void implCloseChannel() {
        open.close();
    }

    @Override
    public long read(final ByteBuffer[] targets, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(final ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(final ByteBuffer[] sources, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(final long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void force(final boolean metaData) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(
        final long from, final long count, final WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(
        final ReadableByteChannel source, final long from, final long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(final ByteBuffer source, final long to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(final MapMode mode, final long from, final long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(final long from, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(final long from, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }
}
