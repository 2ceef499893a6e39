/**
 * Real processes that die or stop at any access to shared memory, at any lock, and at any operation
 * on files. Depends on the package-private doors of {@code org.fencepost.ipc} and its {@code os}.
 *
 * <p>Starting a JVM takes a third of a second, so most victims are forked from one that is already
 * warm: a process with its own memory, descriptors and locks, which opens the channel itself. It
 * has one thread and no collector, and lives on what it finds: it interprets, and its heap is large.
 * What dies under the random killer is partly that and partly a JVM of its own.
 */
package org.fencepost.ipc.tests.death;
