/**
 * Channels, publishers and subscribers: what users of Fencepost work with.
 *
 * <p>{@link org.fencepost.ipc.Channel} opens a channel and hands out
 * {@link org.fencepost.ipc.Publisher}s and {@link org.fencepost.ipc.Subscriber}s, each for one
 * thread. The log below them is in {@code org.fencepost.ipc.log}, its bytes in
 * {@code org.fencepost.ipc.format}.
 *
 * <table>
 * <caption>All types</caption>
 * <tr><th>for</th><th>types</th></tr>
 * <tr><td>what a channel is, and which there are in a directory</td><td>
 *     {@link org.fencepost.ipc.ChannelOptions}, {@link org.fencepost.ipc.Channels}, which also removes
 *     one, and repairs a damaged journal and says in a {@link org.fencepost.ipc.RepairReport} what it did</td></tr>
 * <tr><td>publishing</td><td>
 *     {@link org.fencepost.ipc.Claim} to write a message in place, {@link org.fencepost.ipc.Batch} for many at
 *     once, {@link org.fencepost.ipc.ConcurrentPublisher} for threads that share a publisher</td></tr>
 * <tr><td>receiving</td><td>
 *     {@link org.fencepost.ipc.SubscriberOptions}, {@link org.fencepost.ipc.MessageHandler} or, to decide after
 *     each message, {@link org.fencepost.ipc.ControlledMessageHandler}; {@link org.fencepost.ipc.Header} has
 *     type, position and time of a message</td></tr>
 * <tr><td>waiting</td><td>
 *     {@link org.fencepost.ipc.Parking} sleeps until any {@link org.fencepost.ipc.Endpoint}, publisher or
 *     subscriber, has something to do; {@link org.fencepost.ipc.Trailing} keeps a distance from a busy
 *     publisher</td></tr>
 * <tr><td>work in the background</td><td>{@link org.fencepost.ipc.Housekeeping}</td></tr>
 * <tr><td>who is there, and who waits for whom</td><td>
 *     {@link org.fencepost.ipc.ChannelStatus}, with a {@link org.fencepost.ipc.PublisherStatus} and a
 *     {@link org.fencepost.ipc.SubscriberStatus} each, the {@link org.fencepost.ipc.OpenClaim}s, and
 *     {@link org.fencepost.ipc.DurabilityStatus} with the {@link org.fencepost.ipc.SyncStatus} of each sync</td></tr>
 * <tr><td>errors, all of them a {@link org.fencepost.ipc.ChannelException}</td><td>
 *     {@link org.fencepost.ipc.ChannelClosedException}, {@link org.fencepost.ipc.ChannelDamagedException},
 *     {@link org.fencepost.ipc.ChannelIOException}, {@link org.fencepost.ipc.ChannelLimitException},
 *     {@link org.fencepost.ipc.ChannelMismatchException}, {@link org.fencepost.ipc.PositionException},
 *     {@link org.fencepost.ipc.SyncFailedException}</td></tr>
 * </table>
 *
 * <p>A misuse that no file has to do with is an {@link IllegalArgumentException} or an
 * {@link IllegalStateException}. What a call can expect to happen is a value that it returns:
 * {@link org.fencepost.ipc.Publisher#BACK_PRESSURED}, {@link org.fencepost.ipc.Subscriber#CLOSED}.
 */
package org.fencepost.ipc;
