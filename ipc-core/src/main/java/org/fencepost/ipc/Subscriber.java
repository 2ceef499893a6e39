package org.fencepost.ipc;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.buffer.ReadableBuffer;
import org.fencepost.ipc.format.BatchFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.log.Bell;
import org.fencepost.ipc.log.DurableReader;
import org.fencepost.ipc.log.InPlaceReader;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.LogReader;
import org.fencepost.ipc.log.LossyReader;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.log.Subscription;
import org.fencepost.ipc.log.Subscriptions;
import org.fencepost.ipc.log.VerifyingReader;

/**
 * Receives the messages of a channel, each once and in the order of their positions. For one thread;
 * any thread may close it. Up to {@value #SUBSCRIBERS_MAX} a channel, named cursors included.
 *
 * <p>A <em>gating</em> subscriber of a ring holds publishers back when it is slow and reads in place. A
 * <em>lossy</em> one never does; it reads copies, and counts what it missed. In a journal both read in place; nothing
 * is taken away but by its {@linkplain ChannelOptions#withRetentionBytes retention}, which waits for gating ones.
 *
 * <p>Polling never waits. Unobstructed it neither allocates, nor enters the kernel, nor takes a lock;
 * where segments meet it may map the next one and zero the one that it left. A message that a live
 * publisher has claimed and not committed holds up those behind it; one whose publisher died is
 * repaired and passed over when a poll has asked the kernel for its lock, which is one of several that find nothing.
 */
public final class Subscriber extends Endpoint {
    /** Subscribers and named cursors a channel. */
    public static final int SUBSCRIBERS_MAX = CursorsFormat.SUBSCRIBERS_MAX;

    /** From a poll: the subscriber or its channel has been closed. */
    public static final int CLOSED = -1;

    private final Subscriptions subscriptions;
    private final LogReader reader;
    private final int record;
    private final boolean lossy;
    private final boolean durableOnly;
    private final Header header;
    /** Messages consumed of the batch at the reader's position, and where the next one begins. */
    private int batchIndex;
    private int batchOffset;
    private int batchResume;
    /** Where the batch's records end in the reader's buffer. */
    private int recordsEnd;
    /** Set and cleared without a call, so that it is true also after the stack has overflowed. */
    private boolean polling;

    Subscriber(
        final Log log,
        final Runnable barrier,
        final Subscriptions subscriptions,
        final Subscription subscription,
        final SubscriberOptions options,
        final Patience patience) {
        super(log, barrier);
        this.subscriptions = subscriptions;
        this.record = subscription.record();
        this.lossy = options.isLossy();
        this.durableOnly = options.isDurableOnly();
        this.batchResume = Math.toIntExact(subscription.batchIndex());
        this.reader = reader(log, subscription, options, patience);
        this.header = new Header(reader.buffer());
    }

    private static LogReader reader(
        final Log log,
        final Subscription subscription,
        final SubscriberOptions options,
        final Patience patience) {
        if (options.isLossy() && log.geometry().ring()) {
            return new LossyReader(log, subscription.position(), patience);
        }
        final InPlaceReader inPlace = new InPlaceReader(log, subscription, patience);
        final LogReader reader =
            options.isVerified() ? new VerifyingReader(log, inPlace) : inPlace;
        return options.isDurableOnly() ? new DurableReader(log, reader) : reader;
    }

    /**
     * Delivers up to {@code limit} messages. The position is published once, at the end.
     *
     * @param handler called for each message on this thread. What it throws passes through; the
     *                message that it threw at is consumed.
     * @param limit   most messages to deliver; those of a batch count one each. With 0 or less nothing is
     *                delivered, as in Agrona's ring buffers.
     * @return messages delivered, or {@link #CLOSED}; 0 if none could be read at this look. Behind a claim that is
     *     open, or was when its publisher died, there may be more: who has read all has no {@link #lagBytes}.
     * @throws IllegalStateException   if it is called from inside a handler of this subscriber, or another
     *                                 thread is inside an operation of it.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     * @throws ChannelIOException      if a segment cannot be mapped.
     * @throws PositionException       if this is lossy and its segment was removed from a journal: {@link #seek} to
     *                                 {@link Channel#earliestPosition}.
     * @throws SyncFailedException     if only what is durable is wanted and a sync has failed.
     */
    public int poll(final MessageHandler handler, final int limit) {
        Objects.requireNonNull(handler, "handler");
        requireNotPolling();
        // Read once: a load of a header with acquire would have them read again for each message.
        final LogReader reader = this.reader;
        final Header header = this.header;
        if (!enter()) {
            return CLOSED;
        }
        int delivered = 0;
        try {
            polling = true;
            final ReadableBuffer buffer = reader.buffer();
            final int payload = reader.payloadOffset();
            while (delivered < limit && !isClosing()) {
                final long word = reader.peek();
                if (word == LogReader.NOTHING) {
                    break;
                }
                final int length = FrameFormat.length(word) - payload;
                header.set(word, reader.position() + reader.span());
                if (FrameFormat.kind(word) == FrameFormat.KIND_MESSAGE) {
                    reader.advance();
                    delivered++;
                    handler.onMessage(buffer, payload, length, header);
                } else if (hasNextInBatch(buffer, payload, length)) {
                    delivered += deliverBatch(handler, buffer, payload, limit - delivered);
                }
            }
            end();
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            polling = false;
            exit();
        }
        return log.isClosed() ? CLOSED : delivered;
    }

    /**
     * As {@link #poll(MessageHandler, int)}, and waits for the first message if there is none.
     *
     * @param limit   as there; with 0 or less there is nothing to wait for.
     * @param timeout how long to wait; with zero or less this only looks.
     * @param idle    how: any of Agrona's, or {@link Parking#on} this subscriber, which sleeps.
     * @return messages delivered; 0 after the timeout, or if the thread was interrupted, which stays so;
     *     or {@link #CLOSED}, also when it is closed meanwhile.
     */
    public int poll(
        final MessageHandler handler,
        final int limit,
        final Duration timeout,
        final IdleStrategy idle) {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(idle, "idle");
        int delivered = poll(handler, limit);
        if (delivered == 0 && limit > 0) {
            final long startNanos = System.nanoTime();
            final long timeoutNanos = nanosOf(timeout);
            idle.reset();
            while (delivered == 0 && idleUntil(idle, startNanos, timeoutNanos)) {
                delivered = poll(handler, limit);
            }
        }
        return delivered;
    }

    /**
     * Polling as an Agrona agent, for an {@code AgentRunner} or an agent of many. It ends when this is
     * closed, of which a runner tells its error handler by an {@code AgentTerminationException}, and closes this
     * when it is.
     *
     * @param roleName name of the agent, and of its thread.
     * @param handler  as for {@link #poll(MessageHandler, int)}.
     * @param limit    most messages of one duty cycle, at least 1.
     * @throws IllegalArgumentException if the limit is less: it would run for ever and deliver nothing.
     */
    public Agent agent(final String roleName, final MessageHandler handler, final int limit) {
        Objects.requireNonNull(roleName, "roleName");
        Objects.requireNonNull(handler, "handler");
        if (limit < 1) {
            throw new IllegalArgumentException("an agent of " + log.path()
                + " delivers at least 1 message at a time, this one " + limit);
        }
        return new SubscriberAgent(this, roleName, handler, limit);
    }

    /**
     * Delivers up to {@code limit} messages, and lets the handler decide after each.
     *
     * @param handler as for {@link #poll}; a message at which it throws, or returns null, is consumed.
     * @param limit   most messages to deliver; with 0 or less nothing is delivered.
     * @return messages consumed, 0 as from {@link #poll}, or {@link #CLOSED}.
     * @throws IllegalStateException   if it is called from inside a handler of this subscriber, or another
     *                                 thread is inside an operation of it.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     * @throws ChannelIOException      if a segment cannot be mapped.
     * @throws PositionException       if this is lossy and its segment was removed from a journal: {@link #seek} to
     *                                 {@link Channel#earliestPosition}.
     * @throws SyncFailedException     if only what is durable is wanted and a sync has failed.
     */
    public int controlledPoll(final ControlledMessageHandler handler, final int limit) {
        Objects.requireNonNull(handler, "handler");
        requireNotPolling();
        if (!enter()) {
            return CLOSED;
        }
        int consumed = 0;
        try {
            polling = true;
            while (consumed < limit && !isClosing()) {
                final long word = reader.peek();
                if (word == LogReader.NOTHING) {
                    break;
                }
                final ReadableBuffer buffer = reader.buffer();
                final int payload = reader.payloadOffset();
                final int length = FrameFormat.length(word) - payload;
                header.set(word, reader.position() + reader.span());
                final ControlledMessageHandler.Action action;
                if (FrameFormat.kind(word) == FrameFormat.KIND_MESSAGE) {
                    action = controlled(handler, buffer, payload, length);
                } else if (hasNextInBatch(buffer, payload, length)) {
                    action = controlledInBatch(handler, buffer, payload + batchOffset);
                } else {
                    continue;
                }
                Objects.requireNonNull(action, "action of the handler");
                if (action == ControlledMessageHandler.Action.ABORT) {
                    break;
                }
                consumed++;
                if (action == ControlledMessageHandler.Action.COMMIT) {
                    reader.publishPosition(batchIndex);
                } else if (action == ControlledMessageHandler.Action.BREAK) {
                    break;
                }
            }
            end();
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            polling = false;
            exit();
        }
        return log.isClosed() ? CLOSED : consumed;
    }

    /** Position up to which every frame is consumed: where the next one begins. Any thread. */
    public long position() {
        // Or a loop of another thread that waits for it might read it once and for all.
        VarHandle.acquireFence();
        return reader.position();
    }

    /**
     * Goes on at another position: the beginning of a frame, which is the end of the one before it. Takes
     * the housekeeping lock, for which it waits as {@link Channel#addPublisher} does, and reads the segment up to
     * the position to see that it is one.
     *
     * @throws IllegalStateException   if it is called from inside a handler of this subscriber, or another
     *                                 thread is inside an operation of it.
     * @throws PositionException       if nothing can be read there; the message names what can.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     * @throws ChannelClosedException  if this is closed.
     */
    public void seek(final long position) {
        requireNotPolling();
        if (!enter()) {
            throw closedUse("subscriber");
        }
        try {
            try {
                subscriptions.seek(reader, position);
            } catch (final ChannelException | InternalError e) {
                throw log.isClosed() ? closedUse("subscriber") : translated(e);
            }
            batchIndex = 0;
            batchOffset = 0;
            batchResume = 0;
        } finally {
            exit();
        }
    }

    /** Bytes of the log between {@link #position} and the tail; 0 when closed. */
    public long lagBytes() {
        return isMarkedClosed() ? 0 : Math.max(0, log.words().tailAcquire() - reader.position());
    }

    /**
     * Bytes of the log that were taken away before this could read them: of a lossy subscriber that was
     * lapped, or of a named cursor that did not gate while it had no owner.
     */
    public long lostBytes() {
        VarHandle.acquireFence();
        return reader.lostBytes();
    }

    /** Whether publishers do not wait for this. */
    public boolean isLossy() {
        return lossy;
    }

    /** Its record in the channel: {@link SubscriberStatus#id()}; -1 of a view, where it has none. */
    public int id() {
        return record;
    }

    /** Which one it is, in words. */
    @Override
    public String toString() {
        return "subscriber " + (record == Subscription.NO_RECORD ? "" : record + " ") + "of " + log.path();
    }

    /**
     * Gives the cursor up; idempotent, from any thread, also from inside a handler. A poll that is under way
     * ends behind the message that it is at, and gives it up then. A named cursor keeps its position.
     */
    @Override
    public void close() {
        closeFromAnyThread();
    }

    @Override
    void release() {
        if (!log.isClosed()) {
            reader.close();
            subscriptions.leave(record);
        }
    }

    @Override
    Bell bell() {
        return durableOnly ? log.progress() : log.arrivals();
    }

    @Override
    void beThorough() {
        reader.beThorough();
    }

    private void requireNotPolling() {
        if (polling) {
            throw new IllegalStateException(
                "this subscriber of " + log.path() + " is being polled: it must not be used from"
                    + " its own handler, nor by two threads");
        }
    }

    /** Publishes what was consumed; nothing in the handler's hands can be read any more. */
    private void end() {
        reader.hideBuffer();
        // Until a named cursor's batch has been come to again, the place in it is the one that it was left at.
        reader.publishPosition(Math.max(batchIndex, batchResume));
    }

    private int failed(final Throwable error) {
        if (isOfClosed(error)) {
            return CLOSED;
        }
        if (!(error instanceof InternalError)) {
            end();
        }
        giveBackAfter(error);
        throw translated(error);
    }

    private ControlledMessageHandler.Action controlled(
        final ControlledMessageHandler handler,
        final ReadableBuffer buffer,
        final int payload,
        final int length) {
        ControlledMessageHandler.Action action = ControlledMessageHandler.Action.CONTINUE;
        try {
            action = handler.onMessage(buffer, payload, length, header);
        } finally {
            if (action != ControlledMessageHandler.Action.ABORT) {
                reader.advance();
            }
        }
        return action;
    }

    private ControlledMessageHandler.Action controlledInBatch(
        final ControlledMessageHandler handler, final ReadableBuffer buffer, final int record) {
        final int indexBefore = batchIndex;
        final int offsetBefore = batchOffset;
        final int length = nextInBatch(buffer, record);
        ControlledMessageHandler.Action action = ControlledMessageHandler.Action.CONTINUE;
        try {
            action = handler.onMessage(
                buffer, record + BatchFormat.RECORD_HEADER_BYTES, length, header);
        } finally {
            if (action == ControlledMessageHandler.Action.ABORT) {
                batchIndex = indexBefore;
                batchOffset = offsetBefore;
            } else if (action == ControlledMessageHandler.Action.SKIP_BATCH) {
                endBatch();
            } else {
                endBatchIfConsumed();
            }
        }
        return action;
    }

    /**
     * Delivers messages of a batch that has another one, without a look at its frame between them. Each is consumed
     * before the handler has it.
     */
    private int deliverBatch(
        final MessageHandler handler, final ReadableBuffer buffer, final int payload,
        final int limit) {
        final Header header = this.header;
        final int last = header.batchCount() - 1;
        final int end = recordsEnd - BatchFormat.RECORD_HEADER_BYTES;
        int record = payload + batchOffset;
        int index = batchIndex;
        int delivered = 0;
        boolean ended = false;
        try {
            do {
                final long lengthAndType = record > end ? -1 : buffer.getLong(record);
                final int length = (int) lengthAndType;
                if (length < 0 || length > end - record) {
                    throw damagedRecord(index, length, end - record);
                }
                header.setInBatch((int) (lengthAndType >>> Integer.SIZE), index);
                final int message = record + BatchFormat.RECORD_HEADER_BYTES;
                final int next = record + (int) BatchFormat.recordBytes(length);
                if (index == last) {
                    if (next != recordsEnd) {
                        throw damagedRecord(index, length, end - record);
                    }
                    endBatch();
                    ended = true;
                }
                record = next;
                index++;
                delivered++;
                handler.onMessage(buffer, message, length, header);
            } while (!ended && delivered < limit && !isClosing());
        } finally {
            if (!ended) {
                batchIndex = index;
                batchOffset = record - payload;
            }
        }
        return delivered;
    }

    /** Whether the batch has another message; one that is empty is consumed. */
    private boolean hasNextInBatch(
        final ReadableBuffer buffer, final int payload, final int length) {
        final int count =
            length < BatchFormat.RECORDS_OFFSET ? -1 : buffer.getInt(payload);
        final int used = count < 0 ? -1 : buffer.getInt(payload + BatchFormat.USED_OFFSET);
        if (count < 0 || used < 0 || used > length - BatchFormat.RECORDS_OFFSET
            || count > used / BatchFormat.RECORD_HEADER_BYTES || count == 0 && used != 0) {
            throw damagedBatch("count " + count + ", " + used + " bytes used of " + length);
        }
        recordsEnd = payload + BatchFormat.RECORDS_OFFSET + used;
        header.setBatch(count);
        if (batchOffset == 0) {
            batchOffset = BatchFormat.RECORDS_OFFSET;
            while (batchResume > batchIndex && batchIndex < count) {
                nextInBatch(buffer, payload + batchOffset);
            }
            batchResume = 0;
        }
        if (batchIndex < count) {
            return true;
        }
        endBatch();
        return false;
    }

    private void endBatchIfConsumed() {
        if (batchIndex == header.batchCount()) {
            endBatch();
        }
    }

    private void endBatch() {
        batchIndex = 0;
        batchOffset = 0;
        reader.advance();
    }

    /** Steps over the record at an offset of the buffer and returns the length of its payload. */
    private int nextInBatch(final ReadableBuffer buffer, final int record) {
        final int room = recordsEnd - record - BatchFormat.RECORD_HEADER_BYTES;
        final int length = room < 0 ? -1 : buffer.getInt(record);
        if (length < 0 || length > room
            || batchIndex + 1 == header.batchCount() && !isLast(record, length)) {
            throw damagedRecord(batchIndex, length, room);
        }
        header.setInBatch(buffer.getInt(record + BatchFormat.RECORD_TYPE_OFFSET), batchIndex);
        batchIndex++;
        batchOffset += (int) BatchFormat.recordBytes(length);
        return length;
    }

    /** Whether the batch's records end with this one. */
    private boolean isLast(final int record, final int length) {
        return record + BatchFormat.recordBytes(length) == recordsEnd;
    }

    private ChannelDamagedException damagedRecord(final int index, final int length, final int room) {
        return damagedBatch("message " + (index + 1) + " of " + header.batchCount() + " with " + length
            + " bytes, and " + room + " left");
    }

    private ChannelDamagedException damagedBatch(final String found) {
        return new ChannelDamagedException(log.path(),
            "damaged batch in " + log.path() + " at position " + reader.position()
                + ": expected records that fill its used bytes, found " + found
                + "; nothing was changed, begin behind it or restore the file");
    }
}
