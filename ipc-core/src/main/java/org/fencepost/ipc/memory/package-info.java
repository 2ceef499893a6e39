/**
 * Access to shared bytes: {@link org.fencepost.ipc.memory.SharedMemory} and its implementations.
 *
 * <p>Depends on {@code org.fencepost.ipc.buffer}, the JDK and Agrona's interfaces only. The tests add an
 * implementation in which every access is a step of a scheduler. Files and mappings are the business of
 * {@code org.fencepost.ipc.os}.
 */
package org.fencepost.ipc.memory;
