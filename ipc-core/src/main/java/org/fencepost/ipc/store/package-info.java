/**
 * The files of a channel: creating them, verifying them, mapping them.
 *
 * <p>Depends on {@code org.fencepost.ipc.format} for what stands in them, on
 * {@code org.fencepost.ipc.os} for how they are mapped and locked, on
 * {@code org.fencepost.ipc.durable} for how they come to be, and on {@code org.fencepost.ipc.log}, which
 * works on them. Main types:
 * {@link org.fencepost.ipc.store.ChannelDirectory} and {@link org.fencepost.ipc.store.MappedChannel}.
 */
package org.fencepost.ipc.store;
