package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The same by what the JDK has, for file systems with POSIX attributes. The JDK itself repeats most
 * calls that a signal interrupts. A thread that is interrupted while it reads or writes loses the
 * file that it has open, which is a failure like any other.
 */
final class PortableFileCalls implements FileCalls {
    private static final String STATUS = "unix:mode,dev,ino,size,uid,gid";

    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        return handle(file, FileChannel.open(file,
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(permissionSet(permissions))));
    }

    private FileHandle handle(final Path file, final FileChannel channel) throws IOException {
        try {
            return new PortableFileHandle(this, file, channel);
        } catch (final IOException | RuntimeException refusal) {
            channel.close();
            throw refusal;
        }
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        // First, because opening a pipe would wait for its other end.
        status(file, false).orElseThrow(() -> new NoSuchFileException(
            file.toString(), null, "open: no such file")).checkRegular(file);
        return handle(file, FileChannel.open(file, PortableFiles.options(writable)));
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        final LinkOption[] options =
            follow ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
        try {
            final Map<String, Object> found = Files.readAttributes(file, STATUS, options);
            final long size = ((Number) found.get("size")).longValue();
            return Optional.of(new FileStatus(
                ((Number) found.get("mode")).intValue(), ((Number) found.get("dev")).longValue(),
                ((Number) found.get("ino")).longValue(), size, size,
                ((Number) found.get("uid")).intValue(), ((Number) found.get("gid")).intValue(),
                // The JDK has the time of the last change in its place where it does not know it.
                0));
        } catch (final NoSuchFileException missing) {
            return Optional.empty();
        } catch (final FileSystemException refusal) {
            if (PortableFiles.isBelowAFile(file)) {
                return Optional.empty();
            }
            throw refusal;
        } catch (final UnsupportedOperationException notOfUnix) {
            throw new IllegalArgumentException(
                file + ": expected a path of a file system with attributes of Unix, found " + file.toUri(), notOfUnix);
        }
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        Files.createLink(name, existing);
    }

    @Override
    public void unlink(final Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        Files.createDirectory(
            directory, PosixFilePermissions.asFileAttribute(permissionSet(permissions)));
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        Files.setAttribute(directory, "unix:mode", permissions);
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        Undisturbed.by(() -> {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
                return null;
            }
        });
    }

    /** The nine bits as the JDK has them, the owner's read first and highest. */
    private static Set<PosixFilePermission> permissionSet(final int permissions) {
        final Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (final PosixFilePermission permission : PosixFilePermission.values()) {
            if ((permissions & 0400 >> permission.ordinal()) != 0) {
                set.add(permission);
            }
        }
        return set;
    }
}
