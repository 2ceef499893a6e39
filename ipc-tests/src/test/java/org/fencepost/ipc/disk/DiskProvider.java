package org.fencepost.ipc.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** As much of a provider as the product needs. */
final class DiskProvider extends FileSystemProvider {
    private static final FileStore STORE = new DiskStore();

    private final Disk disk;
    private final DiskFiles files;

    DiskProvider(final Disk disk, final DiskFiles files) {
        this.disk = disk;
        this.files = files;
    }

    @Override
    public String getScheme() {
        return "disk";
    }

    @Override
    public FileChannel newFileChannel(
        final Path path, final Set<? extends OpenOption> options,
        final FileAttribute<?>... attributes) throws IOException {
        if (!Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS).containsAll(options)) {
            throw new UnsupportedOperationException(options.toString());
        }
        return new DiskChannel(disk, path.toString());
    }

    @Override
    public SeekableByteChannel newByteChannel(
        final Path path, final Set<? extends OpenOption> options,
        final FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        final Path directory, final DirectoryStream.Filter<? super Path> filter)
        throws IOException {
        disk.enter("Files.list", directory);
        final List<Path> entries = new ArrayList<>();
        for (final String name : disk.list(directory.toString())) {
            final Path entry = directory.resolve(name);
            if (filter.accept(entry)) {
                entries.add(entry);
            }
        }
        final Disk.Open open = disk.new Open(directory.toString());
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return entries.iterator();
            }

            @Override
            public void close() {
                open.close();
            }
        };
    }

    @Override
    public void createDirectory(final Path path, final FileAttribute<?>... attributes)
        throws IOException {
        disk.enter("Files.mkdir", path);
        disk.create(path.toString(), true);
    }

    @Override
    public void delete(final Path path) throws IOException {
        disk.enter("Files.unlink", path);
        disk.unlink(path.toString());
    }

    @Override
    public boolean isSameFile(final Path path, final Path other) throws IOException {
        return disk.require(path.toString()) == disk.require(other.toString());
    }

    @Override
    public FileStore getFileStore(final Path path) throws IOException {
        disk.enter("Files.store", path);
        return STORE;
    }

    @Override
    public void checkAccess(final Path path, final AccessMode... modes) throws IOException {
        disk.require(path.toString());
    }

    @Override
    public boolean exists(final Path path, final LinkOption... options) {
        return disk.find(path.toString()) != null;
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        final Path path, final Class<A> type, final LinkOption... options) throws IOException {
        return type.cast(new Attributes(disk.require(path.toString())));
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributesIfExists(
        final Path path, final Class<A> type, final LinkOption... options) {
        final Inode found = disk.find(path.toString());
        return found == null ? null : type.cast(new Attributes(found));
    }

    private record Attributes(Inode inode) implements BasicFileAttributes {
        private static final FileTime EPOCH = FileTime.fromMillis(0);

        @Override
        public FileTime lastModifiedTime() {
            return EPOCH;
        }

        @Override
        public FileTime lastAccessTime() {
            return EPOCH;
        }

        @Override
        public FileTime creationTime() {
            return EPOCH;
        }

        @Override
        public boolean isRegularFile() {
            return !inode.isDirectory();
        }

        @Override
        public boolean isDirectory() {
            return inode.isDirectory();
        }

        @Override
        public boolean isSymbolicLink() {
            return false;
        }

        @Override
        public boolean isOther() {
            return false;
        }

        @Override
        public long size() {
            return inode.isDirectory() ? 0 : inode.size();
        }

        @Override
        public Object fileKey() {
            return inode.number;
        }
    }

    /** It has a disk, of which nobody knows the size. */
    private static final class DiskStore extends FileStore {
        @Override
        public String name() {
            return "disk";
        }

        @Override
        public String type() {
            return "ext4";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public long getTotalSpace() {
            return 0;
        }

        @Override
        public long getUsableSpace() {
            return 0;
        }

        @Override
        public long getUnallocatedSpace() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean supportsFileAttributeView(final Class<? extends FileAttributeView> type) {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(final String name) {
            return false;
        }

        @Override
        public <V extends FileStoreAttributeView> V getFileStoreAttributeView(final Class<V> type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object getAttribute(final String attribute) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public FileSystem newFileSystem(final URI uri, final Map<String, ?> options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(final URI uri) {
        return files;
    }

    @Override
    public Path getPath(final URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(final Path source, final Path target, final CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void move(final Path source, final Path target, final CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isHidden(final Path path) {
        return false;
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        final Path path, final Class<V> type, final LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Object> readAttributes(
        final Path path, final String attributes, final LinkOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(
        final Path path, final String attribute, final Object value, final LinkOption... options) {
        throw new UnsupportedOperationException();
    }
}
