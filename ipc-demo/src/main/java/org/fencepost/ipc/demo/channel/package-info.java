/**
 * The commands on channels: {@link org.fencepost.ipc} from a shell.
 *
 * <p>Each is a small class that {@code Ipc} names. They join a channel as any process does, with a
 * subscriber that holds nobody up, a publisher, or neither.
 */
package org.fencepost.ipc.demo.channel;
