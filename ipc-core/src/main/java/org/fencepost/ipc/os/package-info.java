/**
 * The operating system: mapped windows, kernel locks, allocation, barriers.
 *
 * <p>Start at {@link org.fencepost.ipc.os.Platform}. There are two of them: one makes Linux system
 * calls, the other uses nothing but {@code java.nio} and is there for every other system and for
 * processes in which native access is denied. What the operating system refuses is an
 * {@link java.io.IOException} that names the path, the call and the error; the layers above
 * translate it.
 *
 * <p>Depends on {@code org.fencepost.ipc.memory}, the JDK and slf4j only.
 */
package org.fencepost.ipc.os;
