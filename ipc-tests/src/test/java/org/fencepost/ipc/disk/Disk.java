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
import java.util.UUID;
import org.fencepost.ipc.os.OpenPlatform;

/**
 * A file system that is like any of them, and remembers what the kernel has not brought to the
 * disk. Paths are absolute and have no dots.
 */
public final class Disk {
    /** How a sync ends. */
    public enum Outcome {
        /** Well. */
        DONE,
        /** With an error of the disk. */
        FAILED,
        /** With a signal, before anything was written. */
        INTERRUPTED,
        /**
         * With the same error, which only its caller has been told of; and it has died of something
         * else.
         */
        FAILED_AND_DIED
    }

    /**
     * The end of a process, thrown out of the call in which it dies. Nothing it does later counts.
     */
    public static final class Death extends Error {
        private static final long serialVersionUID = 1L;
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

        /** The error number with which this call fails before it has an effect, or 0. */
        default int errno(final String call, final String path) {
            return 0;
        }
    }

    static final int EIO = 5;
    static final int EINTR = 4;

    final int boot;
    final Inode root;
    private final boolean recorded;
    private final Watcher watcher;
    private final List<Open> open = new ArrayList<>();
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

    /** Lets a call fail. */
    void enter(final String call, final Object path) throws IOException {
        final int errno = watcher.errno(call, path.toString());
        if (errno != 0) {
            throw OpenPlatform.failure(path.toString(), call, errno);
        }
    }

    /** The error number with which a call fails that is of no path, or 0. */
    int errno(final String call) {
        return watcher.errno(call, "");
    }

    /** Something that has to be closed; twice is once. */
    final class Open implements AutoCloseable {
        private final String what;
        private boolean closed;

        Open(final String what) {
            this.what = what;
            open.add(this);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.remove(this);
            }
        }

        @Override
        public String toString() {
            return what;
        }
    }

    /** What is open now: files, directories, locks. */
    public List<String> open() {
        return open.stream().map(Open::toString).toList();
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

    /** Changes what stands in a file that is there, as something else than the product would. */
    public void overwrite(final String path, final long position, final byte[] bytes) {
        write(find(path), ByteBuffer.wrap(bytes), position);
    }

    /** What stands in a file that is there. */
    public byte[] content(final String path) {
        final Inode file = find(path);
        final byte[] content = new byte[(int) file.size()];
        read(file, ByteBuffer.wrap(content), 0);
        return content;
    }

    /** Cuts a file that is there, or makes it longer by zeros. */
    public void resize(final String path, final long size) {
        final Inode file = find(path);
        file.grow(size, false);
        file.sizes.set(0, size);
    }

    /** What the system says it was started as. */
    public UUID bootId() {
        return new UUID(0, boot);
    }

    /** All paths below a directory that is there. */
    public List<String> names(final String directory) {
        final List<String> names = new ArrayList<>();
        find(directory).names.forEach((name, inode) -> {
            names.add(directory + "/" + name);
            if (inode.isDirectory()) {
                names.addAll(names(directory + "/" + name));
            }
        });
        return names;
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
        file.allocate(bytes, recorded);
        happened();
    }

    /**
     * Syncs pages of a file, and its size; 0 or an error number. Tells everybody once of what any
     * sync of the file has met since that one opened it.
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
        if (outcome != Outcome.DONE) {
            marks.forEach(Page::lost);
            file.failures++;
            file.failureSeen = outcome == Outcome.FAILED_AND_DIED;
        } else {
            marks.forEach(Page::synced);
            while (file.sizes.size() > 1 && file.sizes.getFirst() < size) {
                file.sizes.removeFirst();
            }
        }
        happened();
        if (outcome == Outcome.FAILED_AND_DIED) {
            throw new Death();
        }
        if (reporter.known != file.failures) {
            reporter.known = file.failures;
            file.failureSeen = true;
            return EIO;
        }
        return 0;
    }

    void syncDirectory(final Inode directory) throws IOException {
        if (recorded) {
            final int changes = directory.renamings.size();
            watcher.syncing(false);
            final Outcome outcome = watcher.outcome();
            if (outcome != Outcome.DONE) {
                throw OpenPlatform.failure("a directory", "fsync of the directory",
                    outcome == Outcome.INTERRUPTED ? EINTR : EIO);
            }
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
