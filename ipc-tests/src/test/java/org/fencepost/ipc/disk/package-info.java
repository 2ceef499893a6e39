/**
 * A machine with a disk, in the memory of a test. {@link org.fencepost.ipc.disk.Machine} is a
 * platform that runs the product's code, {@link org.fencepost.ipc.disk.Disk} a file system that
 * knows of each page what it has held since it was synced, and {@link org.fencepost.ipc.disk.Crash}
 * what may be left of all that when the power fails.
 *
 * <p>One thread a machine. Depends on the product's platform and memory, and of the tests on
 * {@link org.fencepost.ipc.os.OpenPlatform} only.
 */
package org.fencepost.ipc.disk;
