/**
 * Channels, publishers and subscribers: what users of Fencepost work with.
 *
 * <p>{@link org.fencepost.ipc.Channel} opens a channel and hands out
 * {@link org.fencepost.ipc.Publisher}s and {@link org.fencepost.ipc.Subscriber}s, each for one
 * thread. The log below them is in {@code org.fencepost.ipc.log}, its bytes in
 * {@code org.fencepost.ipc.format}.
 */
package org.fencepost.ipc;
