package org.fencepost.ipc.disk;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/** An absolute path without dots, or the name of a file. */
final class DiskPath implements Path {
    private final DiskFiles files;
    private final String text;

    DiskPath(final DiskFiles files, final String text) {
        this.files = files;
        this.text = text;
    }

    private Path path(final String other) {
        return new DiskPath(files, other);
    }

    @Override
    public FileSystem getFileSystem() {
        return files;
    }

    @Override
    public boolean isAbsolute() {
        return text.startsWith("/");
    }

    @Override
    public Path getRoot() {
        return isAbsolute() ? path("/") : null;
    }

    @Override
    public Path getFileName() {
        return path(text.substring(text.lastIndexOf('/') + 1));
    }

    @Override
    public Path getParent() {
        final int end = text.lastIndexOf('/');
        return end < 0 || text.length() == 1 ? null : path(end == 0 ? "/" : text.substring(0, end));
    }

    @Override
    public int getNameCount() {
        return text.equals("/") ? 0 : names().length;
    }

    private String[] names() {
        return (isAbsolute() ? text.substring(1) : text).split("/");
    }

    @Override
    public Path getName(final int index) {
        return path(names()[index]);
    }

    /** To one that begins with this. */
    @Override
    public Path relativize(final Path other) {
        return path(
            other.toString().substring(text.length() + (text.endsWith("/") ? 0 : 1)));
    }

    @Override
    public Path resolve(final Path other) {
        return resolve(other.toString());
    }

    @Override
    public Path resolve(final String other) {
        return path(other.startsWith("/") ? other
            : text.endsWith("/") ? text + other : text + "/" + other);
    }

    @Override
    public Path normalize() {
        return this;
    }

    @Override
    public Path toAbsolutePath() {
        if (!isAbsolute()) {
            throw new UnsupportedOperationException(text + " has no directory");
        }
        return this;
    }

    @Override
    public Path toRealPath(final LinkOption... options) {
        return toAbsolutePath();
    }

    @Override
    public boolean startsWith(final Path other) {
        return text.equals(other.toString()) || text.startsWith(other + "/");
    }

    @Override
    public boolean endsWith(final Path other) {
        return text.equals(other.toString()) || text.endsWith("/" + other);
    }

    @Override
    public int compareTo(final Path other) {
        return text.compareTo(other.toString());
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof DiskPath that && files == that.files && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public Path subpath(final int begin, final int end) {
        throw new UnsupportedOperationException();
    }

    @Override
    public URI toUri() {
        throw new UnsupportedOperationException();
    }

    @Override
    public WatchKey register(
        final WatchService watcher, final WatchEvent.Kind<?>[] events,
        final WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException();
    }
}
