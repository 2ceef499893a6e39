/**
 * Agrona's buffer interfaces without a JVM flag.
 *
 * <p>{@link org.fencepost.ipc.buffer.MessageBuffer} is the buffer that users allocate or wrap
 * around their own memory. {@link org.fencepost.ipc.buffer.ReadableBuffer} and
 * {@link org.fencepost.ipc.buffer.WritableBuffer} hold everything the interfaces ask for that
 * follows from a few primitives; the buffers that handlers and claims show are made from them.
 *
 * <p>Depends on the JDK and on Agrona's interfaces only.
 */
package org.fencepost.ipc.buffer;
