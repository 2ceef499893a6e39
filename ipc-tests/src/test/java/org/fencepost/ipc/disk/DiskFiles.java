package org.fencepost.ipc.disk;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;

/** What leads {@link java.nio.file.Files} to a {@link Disk}. */
final class DiskFiles extends FileSystem {
    private static final String GLOB = "glob:";

    private final DiskProvider provider;

    DiskFiles(final Disk disk) {
        this.provider = new DiskProvider(disk, this);
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public Path getPath(final String first, final String... more) {
        return new DiskPath(this, first);
    }

    /** Of patterns, only names that begin in a certain way. */
    @Override
    public PathMatcher getPathMatcher(final String pattern) {
        if (!pattern.startsWith(GLOB) || pattern.indexOf('*') != pattern.length() - 1) {
            throw new UnsupportedOperationException(pattern);
        }
        final String prefix = pattern.substring(GLOB.length(), pattern.length() - 1);
        return path -> path.toString().startsWith(prefix);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic");
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
