package org.fencepost.ipc.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.OpenPlatform;

/** The calls by which a {@link Disk} changes. */
final class DiskCalls implements FileCalls {
    private static final int REGULAR = 0100600;
    private static final int DIRECTORY = 0040700;
    private static final int DEVICE = 1;

    private final Disk disk;

    DiskCalls(final Disk disk) {
        this.disk = disk;
    }

    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        disk.enter("create", file);
        return new Handle(file, disk.create(file.toString(), false));
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        disk.enter("open", file);
        return new Handle(file, disk.requireFile(file.toString()));
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow)
        throws IOException {
        disk.enter("statx", file);
        return Optional.ofNullable(disk.find(file.toString())).map(this::status);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        disk.enter("rename", from);
        disk.rename(from.toString(), to.toString());
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        disk.enter("link", name);
        disk.link(disk.requireFile(existing.toString()), name.toString());
    }

    @Override
    public void unlink(final Path file) throws IOException {
        disk.enter("unlink", file);
        disk.unlink(file.toString());
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        disk.enter("mkdir", directory);
        disk.create(directory.toString(), true);
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        disk.enter("chmod", directory);
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        disk.enter("fsync of the directory", directory);
        disk.syncDirectory(disk.require(directory.toString()));
    }

    private FileStatus status(final Inode inode) {
        final long size = inode.isDirectory() ? 0 : inode.size();
        return new FileStatus(inode.isDirectory() ? DIRECTORY : REGULAR, DEVICE, inode.number,
            size, size, 0, 0, inode.number);
    }

    private final class Handle implements FileHandle {
        private final Path path;
        private final Inode file;
        private final Disk.Reporter reporter;
        private final Disk.Open open;

        Handle(final Path path, final Inode file) {
            this.path = path;
            this.file = file;
            this.reporter = new Disk.Reporter(file);
            this.open = disk.new Open(path.toString());
        }

        @Override
        public int write(final ByteBuffer source, final long position) throws IOException {
            disk.enter("write", path);
            final int length = source.remaining();
            disk.write(file, source, position);
            return length;
        }

        @Override
        public int read(final ByteBuffer target, final long position) throws IOException {
            disk.enter("read", path);
            return disk.read(file, target, position);
        }

        @Override
        public void allocate(final long bytes) throws IOException {
            disk.enter("fallocate", path);
            disk.allocate(file, bytes);
        }

        @Override
        public void changeOwner(final int user, final int group) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void changePermissions(final int permissions) throws IOException {
            disk.enter("fchmod", path);
        }

        @Override
        public void sync() throws IOException {
            disk.enter("fsync", path);
            final int errno = disk.sync(file, reporter, 0, file.pages.size(), false);
            if (errno != 0) {
                throw OpenPlatform.failure(path.toString(), "fsync", errno);
            }
        }

        @Override
        public FileStatus status() throws IOException {
            disk.enter("fstat", path);
            return DiskCalls.this.status(file);
        }

        @Override
        public void close() {
            open.close();
        }
    }
}
