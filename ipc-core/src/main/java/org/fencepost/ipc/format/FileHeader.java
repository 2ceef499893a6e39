package org.fencepost.ipc.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The first {@link #IDENTITY_BYTES} bytes of every file: what it is and whose. Written once, before
 * the file gets its final name, and never changed.
 *
 * <pre>
 *   0          8          12         16           24          28         32
 *   +----------+----------+----------+------------+-----------+----------+------------- ... 256
 *   |  magic   | file kind| version  | channel id | file size | crc32c   | by file kind
 *   +----------+----------+----------+------------+-----------+----------+------------- ...
 * </pre>
 *
 * <p>{@code file size} is in pages of {@value #PAGE_BYTES} bytes. {@code crc32c} is over the 256 bytes
 * with the field itself as zero. Bytes that no field claims are zero. The header takes a whole
 * page, so that what follows can be mapped by itself.
 */
public final class FileHeader {
    /** "FENCPOST" as bytes. */
    public static final long MAGIC = 0x54534F50434E4546L;
    /** Version of the formats and of the protocol; one that differs is refused. */
    public static final int VERSION = 1;
    /** Granularity of file sizes and of what precedes the data. */
    public static final int PAGE_BYTES = 4096;
    /** Bytes that the checksum covers. */
    public static final int IDENTITY_BYTES = 256;

    /** Offset of the magic (u64). */
    public static final int MAGIC_OFFSET = 0;
    /** Offset of the kind of file (u32). */
    public static final int KIND_OFFSET = MAGIC_OFFSET + Long.BYTES;
    /** Offset of the version (u32). */
    public static final int VERSION_OFFSET = KIND_OFFSET + Integer.BYTES;
    /** Offset of the channel's random identity (u64). */
    public static final int CHANNEL_ID_OFFSET = VERSION_OFFSET + Integer.BYTES;
    /** Offset of the size of the file in pages (u32). */
    public static final int SIZE_OFFSET = CHANNEL_ID_OFFSET + Long.BYTES;
    /** Offset of the CRC32C of the identity (u32). */
    public static final int CHECKSUM_OFFSET = SIZE_OFFSET + Integer.BYTES;
    /** Offset of the fields that depend on the kind of file. */
    public static final int SPECIFIC_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

    /** What a file holds. */
    public enum FileKind {
        /** Identity, geometry and the words of the protocol. */
        CONTROL(1),
        /** Positions of subscribers. */
        CURSORS(2),
        /** Lock bytes. */
        MEMBERS(3),
        /** A piece of the log. */
        SEGMENT(4);

        private final int code;

        FileKind(final int code) {
            this.code = code;
        }

        /** The number that stands in the file. */
        public int code() {
            return code;
        }
    }

    private FileHeader() {
    }

    /** A page that holds the common fields; add the specific ones, then {@link #seal}. */
    public static ByteBuffer page(final FileKind kind, final long channelId, final long fileBytes) {
        final ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        page.putLong(MAGIC_OFFSET, MAGIC);
        page.putInt(KIND_OFFSET, kind.code());
        page.putInt(VERSION_OFFSET, VERSION);
        page.putLong(CHANNEL_ID_OFFSET, channelId);
        page.putInt(SIZE_OFFSET, Math.toIntExact(fileBytes / PAGE_BYTES));
        return page;
    }

    /** Stores the checksum. */
    public static ByteBuffer seal(final ByteBuffer page) {
        return page.putInt(CHECKSUM_OFFSET, checksum(page));
    }

    /** CRC32C of the identity, with the checksum field as zero. */
    public static int checksum(final ByteBuffer page) {
        final byte[] identity = new byte[IDENTITY_BYTES];
        page.get(0, identity);
        for (int i = 0; i < Integer.BYTES; i++) {
            identity[CHECKSUM_OFFSET + i] = 0;
        }
        final CRC32C crc = new CRC32C();
        crc.update(identity);
        return (int) crc.getValue();
    }
}
