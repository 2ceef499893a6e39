package org.fencepost.ipc.os;

/**
 * How members of a channel prove that they live. A channel records the {@link #code()} of the
 * scheme of its creator; members with another scheme would not see each other's locks as intended
 * and have to be refused.
 */
public enum LivenessScheme {
    /**
     * Linux open-file-description locks: owned by the open file and not by the process, so two
     * handles of one process exclude each other and other descriptors may come and go.
     */
    OFD(1),

    /**
     * {@link java.nio.channels.FileChannel} locks: on Linux and macOS classic POSIX record locks.
     * They belong to the process and all of them are lost as soon as it closes any descriptor of
     * the file, so the locked file must be opened by nothing but {@link LockFile}.
     */
    PORTABLE(2);

    private final int code;

    LivenessScheme(final int code) {
        this.code = code;
    }

    /** The number that stands for this scheme in files. */
    public int code() {
        return code;
    }
}
