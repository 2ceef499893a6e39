package org.fencepost.ipc.os;

/**
 * The numbers of Linux for {@link LinuxFileCalls} that differ between architectures. Those of
 * aarch64 were taken from the kernel's headers and never run.
 */
record FileNumbers(
    long pread, long pwrite, long fsync, long renameat, long linkat, long unlinkat, long mkdirat,
    long fchmod, long fchown, long fchmodat, long syncFileRange, long fadvise, long directoryFlag) {

    private static final FileNumbers X86_64 =
        new FileNumbers(17, 18, 74, 264, 265, 263, 258, 91, 93, 268, 277, 221, 0x1_0000);
    private static final FileNumbers AARCH64 =
        new FileNumbers(67, 68, 82, 38, 37, 35, 34, 52, 55, 53, 84, 223, 0x4000);

    /** The numbers of an architecture that {@link SystemNumbers} knows. */
    static FileNumbers of(final String architecture) {
        return "aarch64".equals(architecture) ? AARCH64 : X86_64;
    }
}
