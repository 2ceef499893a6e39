package org.fencepost.ipc.tests.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32C;

/** What can happen to a file. */
enum Damage {
    /** Nothing is left of it. */
    TRUNCATED_TO_NOTHING {
        @Override
        void to(final Path file, final Path other) throws IOException {
            truncate(file, 0);
        }
    },
    /** One byte is left of it. */
    TRUNCATED_TO_A_BYTE {
        @Override
        void to(final Path file, final Path other) throws IOException {
            truncate(file, 1);
        }
    },
    /** Half of it is left. */
    TRUNCATED_TO_HALF {
        @Override
        void to(final Path file, final Path other) throws IOException {
            truncate(file, Files.size(file) / 2);
        }
    },
    /** Its last page is missing. */
    TRUNCATED_BY_A_PAGE {
        @Override
        void to(final Path file, final Path other) throws IOException {
            truncate(file, Files.size(file) - PAGE_BYTES);
        }
    },
    /** Its last byte is missing. */
    TRUNCATED_BY_A_BYTE {
        @Override
        void to(final Path file, final Path other) throws IOException {
            truncate(file, Files.size(file) - 1);
        }
    },
    /** All of it is random. */
    GARBAGE {
        @Override
        void to(final Path file, final Path other) throws IOException {
            final byte[] bytes = new byte[(int) Files.size(file)];
            new Random(20).nextBytes(bytes);
            Files.write(file, bytes);
        }
    },
    /** All of it is zero. */
    ZEROS {
        @Override
        void to(final Path file, final Path other) throws IOException {
            Files.write(file, new byte[(int) Files.size(file)]);
        }
    },
    /** Somebody's text is in its place. */
    TEXT {
        @Override
        void to(final Path file, final Path other) throws IOException {
            Files.writeString(file, "To whom it may concern: this is not a channel.\n".repeat(200));
        }
    },
    /** The file of that name of another channel. */
    OF_ANOTHER_CHANNEL {
        @Override
        void to(final Path file, final Path other) throws IOException {
            Files.write(file, Files.readAllBytes(other.resolve(file.getFileName())));
        }
    },
    /** Another kind of file of the same channel, long enough. */
    ANOTHER_FILE_OF_THE_CHANNEL {
        @Override
        void to(final Path file, final Path other) throws IOException {
            final String name = file.endsWith("cursors") ? "control" : "cursors";
            Files.write(file, Files.readAllBytes(file.resolveSibling(name)));
        }
    },
    /** A bit of what the header says has flipped. */
    FLIPPED_BIT {
        @Override
        void to(final Path file, final Path other) throws IOException {
            final ByteBuffer header = header(file);
            header.put(40, (byte) (header.get(40) ^ 0x10));
            write(file, header);
        }
    },
    /** Another number stands in the version, and the rest is sound. */
    OLDER_VERSION {
        @Override
        void to(final Path file, final Path other) throws IOException {
            version(file, 0);
        }
    },
    /** Another number stands in the version, and the rest is sound. */
    NEWER_VERSION {
        @Override
        void to(final Path file, final Path other) throws IOException {
            version(file, 2);
        }
    },
    /** It was deleted. */
    MISSING {
        @Override
        void to(final Path file, final Path other) throws IOException {
            Files.delete(file);
        }
    },
    /** It is a directory. */
    DIRECTORY {
        @Override
        void to(final Path file, final Path other) throws IOException {
            Files.delete(file);
            Files.createDirectory(file);
        }
    },
    /** It is a symbolic link to what was there. */
    SYMBOLIC_LINK {
        @Override
        void to(final Path file, final Path other) throws IOException {
            final Path moved = other.resolveSibling("moved-" + file.getFileName());
            Files.move(file, moved);
            Files.createSymbolicLink(file, moved);
        }
    },
    /** It is a symbolic link to nothing. */
    DANGLING_LINK {
        @Override
        void to(final Path file, final Path other) throws IOException {
            Files.delete(file);
            Files.createSymbolicLink(file, other.resolve("nowhere"));
        }
    };

    static final int PAGE_BYTES = 4096;
    private static final int VERSION_OFFSET = 12;
    private static final int CHECKSUM_OFFSET = 28;
    private static final int CHECKED_BYTES = 256;

    /** Does it to a file; {@code other} is another channel of the same kind. */
    abstract void to(Path file, Path other) throws IOException;

    private static void truncate(final Path file, final long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void version(final Path file, final int version) throws IOException {
        final ByteBuffer header = header(file);
        header.putInt(VERSION_OFFSET, version);
        header.putInt(CHECKSUM_OFFSET, 0);
        final CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, CHECKED_BYTES);
        header.putInt(CHECKSUM_OFFSET, (int) crc.getValue());
        write(file, header);
    }

    private static ByteBuffer header(final Path file) throws IOException {
        final ByteBuffer header =
            ByteBuffer.allocate(CHECKED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.read(header, 0);
        }
        return header;
    }

    private static void write(final Path file, final ByteBuffer header) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(header.rewind(), 0);
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
