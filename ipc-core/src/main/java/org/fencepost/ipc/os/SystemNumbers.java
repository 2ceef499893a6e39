package org.fencepost.ipc.os;

/**
 * The numbers of Linux that differ between architectures. Those of aarch64 were taken from the
 * kernel's headers and never run.
 */
record SystemNumbers(
    long openat, long close, long statx, long fallocate, long fcntl,
    long mmap, long munmap, long madvise, long msync, long membarrier, long futex,
    long futexWaitv, long clockGettime, long getpid, long noFollow) {

    private static final SystemNumbers X86_64 =
        new SystemNumbers(257, 3, 332, 285, 72, 9, 11, 28, 26, 324, 202, 449,
            228, 39, 0x2_0000);
    private static final SystemNumbers AARCH64 =
        new SystemNumbers(56, 57, 291, 47, 25, 222, 215, 233, 227, 283, 98, 449,
            113, 172, 0x8000);

    /**
     * The numbers of an architecture as {@code os.arch} names it.
     *
     * @throws UnsupportedOperationException if they are not known
     */
    static SystemNumbers of(final String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> throw new UnsupportedOperationException(
                "architecture: expected amd64 or aarch64, found " + architecture);
        };
    }
}
