package org.fencepost.ipc.disk;

import java.util.ArrayList;
import java.util.List;

/**
 * A page of a file: what it holds, and what it has held since it was certainly on the disk.
 *
 * <p>The kernel writes a dirty page when it likes, so the disk may have any of these versions. A
 * page that the disk has failed to take counts as clean, though only an older version is there: no
 * later sync writes it unless it is stored to again.
 */
final class Page {
    static final int BYTES = 4096;
    private static final byte[] ZEROS = new byte[BYTES];

    private byte[] now;
    /** Whether somebody else has the array, too. */
    private boolean shared = true;
    /** From what is on the disk for certain to what is here now; null if that is the same. */
    private List<byte[]> versions;
    /** How many have been taken from the front. */
    private long forgotten;
    /** Number of the newest version that the kernel does not take for dirty. */
    private long clean;
    /** Whether the block on the disk may still hold what another file has left there. */
    private boolean fresh;

    /** Of zeros, in a file that has just become longer. */
    Page(final boolean fresh) {
        now = ZEROS;
        this.fresh = fresh;
    }

    /** As a disk has it. */
    Page(final byte[] content) {
        now = content;
    }

    /** To be read only. */
    byte[] bytes() {
        return now;
    }

    /** To be stored to; each call is a store of its own for who records. */
    byte[] forStore(final boolean recorded) {
        if (recorded) {
            if (versions == null) {
                versions = new ArrayList<>();
                versions.add(now);
            }
            now = now.clone();
            versions.add(now);
            shared = true;
        } else if (shared) {
            now = now.clone();
            shared = false;
        }
        return now;
    }

    /** A number that a sync that begins now ends with. */
    long mark() {
        return versions == null ? forgotten : forgotten + versions.size() - 1;
    }

    /** Whether a sync that begins now has something to write. */
    boolean isDirty() {
        return mark() > clean;
    }

    /** The disk has taken what was here at the mark, if it was dirty then. */
    void synced(final long mark) {
        clean = Math.max(clean, mark);
        fresh = false;
        final int older = versions == null ? 0 : versions.size() - 1;
        final int gone = (int) Math.min(mark - forgotten, older);
        if (gone > 0) {
            versions.subList(0, gone).clear();
            forgotten += gone;
        }
        if (versions != null && versions.size() == 1) {
            versions = null;
        }
    }

    /** The disk has failed to take it. Nobody will try again. */
    void lost(final long mark) {
        clean = Math.max(clean, mark);
    }

    /** What the disk may have of it, the oldest first. */
    byte[][] versions() {
        return versions == null ? new byte[][] {now} : versions.toArray(byte[][]::new);
    }

    /** Whether the disk may have what another file has left there instead. */
    boolean isFresh() {
        return fresh && versions != null;
    }
}
