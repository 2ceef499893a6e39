package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileStatus;

/**
 * What has to be as it was for the words of a control file to be believed: the system has not been
 * started anew, and the file is still the same one. Otherwise they are older than the segments, or of
 * the channel that this one was copied from.
 *
 * @param bootHigh first half of the system's boot id; 0 where it has none.
 * @param bootLow  the other half.
 * @param device   of the control file.
 * @param inode    of the control file.
 * @param born     when that inode was made; 0 where that is not known.
 */
record Life(long bootHigh, long bootLow, long device, long inode, long born) {
    /** Of this control file, now, in a system that was started as {@code boot}. */
    static Life of(final Path control, final FileCalls calls, final UUID boot)
        throws IOException {
        final FileStatus status = calls.requireStatus(control, false);
        return new Life(boot.getMostSignificantBits(), boot.getLeastSignificantBits(),
            status.device(), status.inode(), status.bornNanos());
    }

    /** As it stands in the words of a control file, from offset 0 of that on. */
    static Life read(final ByteBuffer control) {
        return new Life(
            control.getLong(ControlFormat.BOOT_ID_OFFSET),
            control.getLong(ControlFormat.BOOT_ID_OFFSET + Long.BYTES),
            control.getLong(ControlFormat.DEVICE_OFFSET),
            control.getLong(ControlFormat.INODE_OFFSET),
            control.getLong(ControlFormat.BORN_OFFSET));
    }

    /** Stores it there. */
    void write(final ByteBuffer control) {
        control.putLong(ControlFormat.BOOT_ID_OFFSET, bootHigh);
        control.putLong(ControlFormat.BOOT_ID_OFFSET + Long.BYTES, bootLow);
        control.putLong(ControlFormat.DEVICE_OFFSET, device);
        control.putLong(ControlFormat.INODE_OFFSET, inode);
        control.putLong(ControlFormat.BORN_OFFSET, born);
    }

    /** Whether both are one life. Not equals: what the JDK generates for that takes a new process 15 ms. */
    boolean isSame(final Life other) {
        return bootHigh == other.bootHigh && bootLow == other.bootLow && device == other.device
            && isSameFile(other);
    }

    /**
     * Whether these words stand in the file in which they were stored, and not in a copy of it. The system may
     * number its devices anew when it starts, so the number counts only where nothing else tells.
     */
    boolean isSameFile(final Life stored) {
        return inode == stored.inode && born == stored.born
            && (born != 0 || device == stored.device);
    }
}
