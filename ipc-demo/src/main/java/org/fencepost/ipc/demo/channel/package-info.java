/**
 * The commands on channels: {@link org.fencepost.ipc} from a shell.
 *
 * <p>Each is a small class that {@code Ipc} names. Those that publish join a channel as any process
 * does; all others open it for reading only, so that nobody notices them.
 */
package org.fencepost.ipc.demo.channel;
