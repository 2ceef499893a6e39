package org.fencepost.ipc.format;

/**
 * The file {@code members}: a page with {@link FileHeader}, and lock bytes behind its end that are
 * never written. Who holds the kernel's lock on a byte is alive; the kernel frees it when the
 * process is gone. The file is never replaced while the channel exists, or two parties would hold
 * locks on different files.
 *
 * <pre>
 *    4096  housekeeping   exclusive, for one unit of work or one change of membership
 *    4097  presence       shared by every open handle and by who creates; exclusive by who recovers,
 *                         repairs or removes, and by who removes what a dead creator left
 *    4098  exclusive      by the exclusive publisher
 *    4099  opening        exclusive, by who opens a channel whose words are not believed, repairs or
 *                         removes it
 *    8192  + slot         by the publisher in that slot
 *   12288  + record       by the subscriber of that record
 *   16384  + slot         by whoever syncs in that sync slot
 * </pre>
 */
public final class MembersFormat {
    /** Name of the file in the channel's directory. */
    public static final String FILE_NAME = "members";
    /**
     * Name of the file whose bytes are locked under the portable liveness scheme, where a lock is lost
     * as soon as anything in the process closes the file: nothing reads or writes this one.
     */
    public static final String PORTABLE_LOCK_FILE_NAME = "members.lock";
    /** Bytes of the file. */
    public static final int FILE_BYTES = FileHeader.PAGE_BYTES;

    /** Held for one unit of housekeeping or one change of membership. */
    public static final long HOUSEKEEPING_BYTE = 4096;
    /** Shared by every handle; exclusive proves that none is open. */
    public static final long PRESENCE_BYTE = HOUSEKEEPING_BYTE + 1;
    /** Held by an exclusive publisher, besides its slot's byte. */
    public static final long EXCLUSIVE_BYTE = PRESENCE_BYTE + 1;
    /** Shared by who opens the channel, until it is present; exclusive by who recovers, repairs or removes. */
    public static final long OPENING_BYTE = EXCLUSIVE_BYTE + 1;
    /** Of publisher slot 0. */
    public static final long PUBLISHER_BYTE = 2 * 4096;
    /** Of subscriber record 0. */
    public static final long SUBSCRIBER_BYTE = 3 * 4096;
    /** Of sync slot 0. */
    public static final long SYNC_BYTE = 4 * 4096;

    private MembersFormat() {
    }

    /** The byte of a publisher slot. */
    public static long publisherByte(final int slot) {
        return PUBLISHER_BYTE + slot;
    }

    /** The byte of a sync slot. */
    public static long syncByte(final int slot) {
        return SYNC_BYTE + slot;
    }

    /** The byte of a subscriber record. */
    public static long subscriberByte(final int record) {
        return SUBSCRIBER_BYTE + record;
    }
}
