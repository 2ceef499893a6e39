package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.Undisturbed;

/** Reads the first page of a file and believes nothing in it before it has been checked. */
final class Headers {
    private Headers() {
    }

    /**
     * The verified first page of a file of any channel.
     *
     * @throws ChannelDamagedException if it is not one of this kind and version, or its size is wrong.
     * @throws ChannelIOException      if it cannot be read, or the channel was removed meanwhile.
     */
    static ByteBuffer read(final Path file, final FileKind kind) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw missing(file, null);
            }
            throw new ChannelDamagedException(file,
                file + ": expected a regular file, found " + whatIsAt(file) + "; restore it");
        }
        final ByteBuffer page =
            ByteBuffer.allocate(FileHeader.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final long size;
        try {
            size = Undisturbed.by(new Undisturbed.Call<Long>() {
                @Override
                public Long make() throws IOException {
                    return fill(page.clear(), file);
                }
            });
        } catch (final NoSuchFileException e) {
            throw missing(file, e);
        } catch (final IOException e) {
            throw new ChannelIOException(
                file, "cannot read " + file + ": " + Reason.of(e, file) + ChannelDirectory.whoGivesTheRight(e), e);
        }
        if (page.hasRemaining()) {
            throw wrong(file, "size", "at least " + FileHeader.PAGE_BYTES + " bytes",
                size + " bytes, it was truncated");
        }
        final long magic = page.getLong(FileHeader.MAGIC_OFFSET);
        if (magic != FileHeader.MAGIC) {
            throw wrong(file, "magic", hex(FileHeader.MAGIC),
                hex(magic) + ", it is not a file of Fencepost");
        }
        final int version = page.getInt(FileHeader.VERSION_OFFSET);
        if (version != FileHeader.VERSION) {
            throw wrong(file, "format version", Integer.toString(FileHeader.VERSION),
                version + ", use the version of the library that made it");
        }
        final int found = page.getInt(FileHeader.KIND_OFFSET);
        if (found != kind.code()) {
            throw wrong(file, "kind of file", kind.code() + " (" + kind + ")",
                found + ", another file was put in its place");
        }
        final int checksum = page.getInt(FileHeader.CHECKSUM_OFFSET);
        final int expected = FileHeader.checksum(page);
        if (checksum != expected) {
            throw wrong(file, "header checksum", hex(Integer.toUnsignedLong(expected)),
                hex(Integer.toUnsignedLong(checksum)));
        }
        final long expectedSize =
            Integer.toUnsignedLong(page.getInt(FileHeader.SIZE_OFFSET)) * FileHeader.PAGE_BYTES;
        if (size < expectedSize) {
            throw wrong(file, "size", expectedSize + " bytes", size + " bytes, it was truncated");
        }
        return page;
    }

    /** Reads until the page is full or the file ends; the size of the file. */
    private static long fill(final ByteBuffer page, final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
            file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            int read = 0;
            while (page.hasRemaining() && read >= 0) {
                read = channel.read(page);
            }
            return channel.size();
        }
    }

    /** As {@link #read}, of the channel with this identity. */
    static ByteBuffer read(final Path file, final FileKind kind, final long channelId) {
        final ByteBuffer page = read(file, kind);
        final long found = page.getLong(FileHeader.CHANNEL_ID_OFFSET);
        if (found != channelId) {
            throw wrong(file, "channel id", hex(channelId),
                hex(found) + ", it belongs to another channel");
        }
        return page;
    }

    /** Of a channel that was there: without its control file it is not any more, otherwise it has lost this file. */
    static ChannelException missing(final Path file, final IOException cause) {
        final String found = file + ": expected a regular file, found nothing; ";
        return file.endsWith(ControlFormat.FILE_NAME)
            || Files.notExists(file.resolveSibling(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS)
            ? new ChannelIOException(file, found + "the channel was removed or replaced meanwhile, try again", cause)
            : new ChannelDamagedException(
                file, found + "restore it, unless somebody is removing the channel", cause);
    }

    static ChannelDamagedException wrong(
        final Path file, final String what, final String expected, final String found) {
        return new ChannelDamagedException(file,
            file + ": wrong " + what + ": expected " + expected + ", found " + found
                + "; nothing was changed");
    }

    static String hex(final long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String whatIsAt(final Path file) {
        if (Files.isSymbolicLink(file)) {
            return "a symbolic link";
        }
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return "a directory";
        }
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? "something else" : "what cannot be looked at";
    }
}
