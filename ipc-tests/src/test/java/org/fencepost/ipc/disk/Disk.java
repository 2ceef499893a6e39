package org.fencepost.ipc.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A file system that is like any of them, and remembers what the kernel has not brought to the disk.
 * Paths are absolute and have no dots.
 */
public final class Disk {
    /** What a sync of a range has met: nothing, an error of the disk, or a signal before it began. */
    public enum Outcome {
        DONE, FAILED, INTERRUPTED
    }

    /** Who is told what happens. */
    public interface Watcher {
        /** Nobody. */
        Watcher NOBODY = new Watcher() {
        };

        /** A store or a call has had its effect, or a sync has ended. */
        default void happened() {
        }

        /**
         * A sync has begun; what is stored from here on may or may not be in it.
         *
         * @param mapped of a mapping, and not of an open file or a directory.
         */
        default void syncing(final boolean mapped) {
        }

        /** How the sync that has begun ends. */
        default Outcome outcome() {
            return Outcome.DONE;
        }
    }

    static final int EIO = 5;
    static final int EINTR = 4;

    final int boot;
    final Inode root;
    private final boolean recorded;
    private final Watcher watcher;
    private int inodes = 1;

    /** Empty, with a directory that is there for good. */
    public Disk(final boolean recorded, final Watcher watcher, final String directory) {
        this(1, Inode.directory(1), 1, recorded, watcher);
        final Inode made = Inode.directory(++inodes);
        root.change(Inode.Renaming.of(directory.substring(1), made), false);
    }

    Disk(
        final int boot, final Inode root, final int inodes, final boolean recorded,
        final Watcher watcher) {
        this.boot = boot;
        this.root = root;
        this.inodes = inodes;
        this.recorded = recorded;
        this.watcher = watcher;
    }

    int inodes() {
        return inodes;
    }

    boolean isRecorded() {
        return recorded;
    }

    void happened() {
        watcher.happened();
    }

    /** What a path leads to, or null. */
    Inode find(final String path) {
        Inode at = root;
        int from = 1;
        while (at != null && from < path.length()) {
            final int end = path.indexOf('/', from);
            at = at.names == null ? null
                : at.names.get(path.substring(from, end < 0 ? path.length() : end));
            from = end < 0 ? path.length() : end + 1;
        }
        return at;
    }

    Inode require(final String path) throws NoSuchFileException {
        final Inode found = find(path);
        if (found == null) {
            throw new NoSuchFileException(path);
        }
        return found;
    }

    Inode requireFile(final String path) throws IOException {
        final Inode found = require(path);
        if (found.isDirectory()) {
            throw new FileSystemException(path, null, "expected a regular file, found a directory");
        }
        return found;
    }

    Inode create(final String path, final boolean directory) throws IOException {
        final Inode made = directory ? Inode.directory(++inodes) : Inode.file(++inodes);
        link(made, path);
        return made;
    }

    void link(final Inode inode, final String path) throws IOException {
        if (find(path) != null) {
            throw new FileAlreadyExistsException(path);
        }
        change(path, Inode.Renaming.of(name(path), inode));
    }

    void rename(final String from, final String to) throws IOException {
        final Inode moved = require(from);
        final Inode replaced = find(to);
        if (replaced != null && replaced.isDirectory()) {
            throw new DirectoryNotEmptyException(to);
        }
        if (parent(from) != parent(to)) {
            throw new FileSystemException(from, to, "not in the same directory");
        }
        final Inode.Renaming renaming = Inode.Renaming.of(name(from), null);
        renaming.names().put(name(to), moved);
        change(from, renaming);
    }

    void unlink(final String path) throws IOException {
        final Inode gone = require(path);
        if (gone.isDirectory() && !gone.names.isEmpty()) {
            throw new DirectoryNotEmptyException(path);
        }
        change(path, Inode.Renaming.of(name(path), null));
    }

    private void change(final String path, final Inode.Renaming renaming) throws IOException {
        parent(path).change(renaming, recorded);
        happened();
    }

    private Inode parent(final String path) throws NoSuchFileException {
        final int end = path.lastIndexOf('/');
        return end == 0 ? root : require(path.substring(0, end));
    }

    private static String name(final String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Names of a directory. */
    List<String> list(final String path) throws NoSuchFileException {
        return new ArrayList<>(require(path).names.keySet());
    }

    void write(final Inode file, final ByteBuffer source, final long position) {
        file.grow(position + source.remaining(), recorded);
        long at = position;
        while (source.hasRemaining()) {
            final int offset = (int) (at % Page.BYTES);
            final int length = Math.min(source.remaining(), Page.BYTES - offset);
            source.get(file.pages.get((int) (at / Page.BYTES)).forStore(recorded), offset, length);
            at += length;
        }
        happened();
    }

    int read(final Inode file, final ByteBuffer target, final long position) {
        final long end = Math.min(file.size(), position + target.remaining());
        if (end <= position) {
            return target.hasRemaining() ? -1 : 0;
        }
        long at = position;
        while (at < end) {
            final int offset = (int) (at % Page.BYTES);
            final int length = (int) Math.min(end - at, Page.BYTES - offset);
            target.put(file.pages.get((int) (at / Page.BYTES)).bytes(), offset, length);
            at += length;
        }
        return (int) (end - position);
    }

    void allocate(final Inode file, final long bytes) {
        file.grow(bytes, recorded);
        happened();
    }

    /**
     * Syncs pages of a file, and its size; 0 or an error number. Tells everybody once of what any sync of
     * the file has met since that one opened it.
     */
    int sync(
        final Inode file, final Reporter reporter, final int fromPage, final int pages,
        final boolean mapped) {
        if (!recorded) {
            return 0;
        }
        final Map<Page, Long> marks = new HashMap<>();
        for (final Page page : file.pages.subList(fromPage, fromPage + pages)) {
            if (page.isDirty()) {
                marks.put(page, page.mark());
            }
        }
        final long size = file.size();
        watcher.syncing(mapped);
        final Outcome outcome = watcher.outcome();
        if (outcome == Outcome.INTERRUPTED) {
            return EINTR;
        }
        if (outcome == Outcome.FAILED) {
            marks.forEach(Page::lost);
            file.failures++;
            file.failureSeen = false;
        } else {
            marks.forEach(Page::synced);
            while (file.sizes.size() > 1 && file.sizes.getFirst() < size) {
                file.sizes.removeFirst();
            }
        }
        happened();
        if (reporter.known != file.failures) {
            reporter.known = file.failures;
            file.failureSeen = true;
            return EIO;
        }
        return 0;
    }

    void syncDirectory(final Inode directory) {
        if (recorded) {
            final int changes = directory.renamings.size();
            watcher.syncing(false);
            final List<Inode.Renaming> synced = directory.renamings.subList(0, changes);
            synced.forEach(renaming -> renaming.applyTo(directory.syncedNames));
            synced.clear();
            happened();
        }
    }

    /** An open file or a mapping: what it has been told of its file's failures. */
    static final class Reporter {
        private int known;

        Reporter(final Inode file) {
            known = file.failuresKnown();
        }
    }
}
