package org.fencepost.ipc;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.format.BatchFormat;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.log.Bell;
import org.fencepost.ipc.log.Claimer;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Membership;
import org.fencepost.ipc.log.SlotOwner;
import org.fencepost.ipc.log.Subscriptions;
import org.fencepost.ipc.memory.Copying;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Publishes messages into a channel. For one thread; any thread may close it. Up to
 * {@value #PUBLISHERS_MAX} share a channel, or one exclusive one has it for itself.
 *
 * <p>Publishing never waits. Each operation returns the position at which the message's frame ends,
 * which is positive, or one of the negative values below, which say what to do next. Misuse throws. A
 * message is visible to subscribers of all processes when the operation has returned its position,
 * and survives the death of any process from then on. If the process dies before, the message is
 * published as a whole or not at all.
 *
 * <p>Unobstructed, an operation neither allocates, nor enters the kernel, nor takes a lock. At the
 * end of a segment it may map the next one, and when there is no room it does one unit of
 * housekeeping itself: it zeroes a segment of a ring, or makes a new one for a journal, which waits for
 * the disk ({@link Housekeeping} does it ahead of need).
 */
public final class Publisher extends Endpoint {
    /** Publishers a channel. */
    public static final int PUBLISHERS_MAX = ControlFormat.PUBLISHERS_MAX;

    /**
     * Nothing was published: a gating subscriber has not read far enough. Try again when it may have;
     * or drop the message.
     */
    public static final long BACK_PRESSURED = Claimer.GATED;

    /**
     * Nothing was published: another member prepares the next segment at this moment, or a live
     * publisher has not finished its message in the segment that is to be used again. Try again at
     * once; subscribers are not the reason.
     */
    public static final long PREPARING = Claimer.PREPARING;

    /**
     * The publisher or its channel has been closed. If that happened during the operation the message
     * may have been published. Do not try again.
     */
    public static final long CLOSED = Claimer.CLOSED;

    /**
     * Nothing was published: a sync of the journal has failed, in this process or another, and the
     * segments that it had then are full. Close it; what has been published can still be read.
     * {@link Channel#awaitDurable} throws what failed.
     */
    public static final long FAILED = Claimer.FAILED;

    private final Claimer claimer;
    private final Membership membership;
    private final Subscriptions subscriptions;
    private final SharedMemory memory;
    private final int messageLengthMax;
    private final boolean exclusive;
    private Thread claimThread;
    /** The Claim or Batch that had the last claim in the user's hands. */
    private Claimed lent;

    Publisher(
        final Log log,
        final Runnable barrier,
        final SharedMemory memory,
        final Claimer claimer,
        final boolean exclusive,
        final Membership membership,
        final Subscriptions subscriptions) {
        super(log, barrier);
        this.memory = memory;
        this.claimer = claimer;
        this.exclusive = exclusive;
        this.membership = membership;
        this.subscriptions = subscriptions;
        this.messageLengthMax = log.geometry().payloadBytesMax();
        log.members().own(claimer.slot(), new Owner());
    }

    /**
     * Publishes a copy of {@code length} bytes of any Agrona buffer.
     *
     * @param typeId any number; subscribers see it in {@link Header#typeId()}.
     * @return the position at which the message's frame ends, or {@link #BACK_PRESSURED},
     *     {@link #PREPARING}, {@link #CLOSED} or {@link #FAILED}.
     * @throws ChannelLimitException     if it is longer than {@link #maxMessageLength()}.
     * @throws IndexOutOfBoundsException if the buffer does not have these bytes.
     * @throws IllegalStateException     if a claim of this publisher is open, another thread is inside an
     *                                   operation of it, or reading the buffer has published through it.
     * @throws ChannelIOException        if a segment cannot be made or mapped, as on a full disk: nothing was
     *                                   published, and it may be tried again.
     * @throws ChannelDamagedException   if a file was truncated or overwritten.
     */
    public long offer(
        final int typeId, final DirectBuffer buffer, final int offset, final int length) {
        checkLength(length);
        buffer.boundsCheck(offset, length);
        prepareToClaim();
        if (!enter()) {
            return CLOSED;
        }
        try {
            final long position = claim(length);
            if (position < 0) {
                return position;
            }
            Copying.copyIn(memory, claimer.payloadAddress(), buffer, offset, length);
            return claimer.commit(FrameFormat.KIND_MESSAGE, typeId, length);
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            exit();
        }
    }

    /** As {@link #offer(int, DirectBuffer, int, int)}, from an array. */
    public long offer(final int typeId, final byte[] bytes, final int offset, final int length) {
        checkLength(length);
        Objects.checkFromIndexSize(offset, length, bytes.length);
        prepareToClaim();
        if (!enter()) {
            return CLOSED;
        }
        try {
            final long position = claim(length);
            if (position < 0) {
                return position;
            }
            memory.copyFrom(claimer.payloadAddress(), bytes, offset, length);
            return claimer.commit(FrameFormat.KIND_MESSAGE, typeId, length);
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            exit();
        }
    }

    /** As {@link #offer(int, DirectBuffer, int, int)}, from a memory segment of any kind. */
    public long offer(
        final int typeId, final MemorySegment segment, final long offset, final int length) {
        checkLength(length);
        Objects.checkFromIndexSize(offset, (long) length, segment.byteSize());
        prepareToClaim();
        if (!enter()) {
            return CLOSED;
        }
        try {
            final long position = claim(length);
            if (position < 0) {
                return position;
            }
            memory.copyFrom(claimer.payloadAddress(), segment, offset, length);
            return claimer.commit(FrameFormat.KIND_MESSAGE, typeId, length);
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            exit();
        }
    }

    /**
     * Claims room for a message, to be written in place. The claim holds up every subscriber at its
     * position until it is committed or aborted: do so soon, and in the same thread.
     *
     * @param claim the caller's; re-used from claim to claim.
     * @return the position at which the frame begins, which is not negative, or
     *     {@link #BACK_PRESSURED}, {@link #PREPARING}, {@link #CLOSED} or {@link #FAILED}: then
     *     {@code claim} is not open.
     * @throws ChannelLimitException   if it is longer than {@link #maxMessageLength()}.
     * @throws IllegalStateException   if {@code claim}, or another claim of this publisher, is open, or another
     *                                 thread is inside an operation of it.
     * @throws ChannelIOException      if a segment cannot be made or mapped: nothing is claimed.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     */
    public long tryClaim(final int typeId, final int length, final Claim claim) {
        checkLength(length);
        prepareToClaim(claim);
        final long position = open(length);
        if (position >= 0) {
            lend(claim);
            claim.open(claimer.payloadAddress(), typeId, length);
        }
        return position;
    }

    /**
     * Claims room for a batch: many messages that subscribers see all at once or not at all, for the
     * price of one claim.
     *
     * @param capacityBytes sum of {@link Batch#recordBytes} of the messages; what is not used remains
     *                      empty (an exclusive publisher gives it back).
     * @param batch         the caller's; re-used from batch to batch.
     * @return as {@link #tryClaim}.
     * @throws ChannelLimitException if it is larger than {@link #maxMessageLength()} - 8.
     * @throws IllegalStateException if {@code batch}, or another claim of this publisher, is open.
     */
    public long tryClaimBatch(final int capacityBytes, final Batch batch) {
        if (capacityBytes < 0 || capacityBytes > messageLengthMax - BatchFormat.RECORDS_OFFSET) {
            throw new ChannelLimitException(log.path(),
                "a batch of " + log.path() + " has 0 to "
                    + (messageLengthMax - BatchFormat.RECORDS_OFFSET) + " bytes, this one "
                    + capacityBytes + tooLong(capacityBytes));
        }
        prepareToClaim(batch);
        final int length = BatchFormat.RECORDS_OFFSET + capacityBytes;
        final long position = open(length);
        if (position >= 0) {
            lend(batch);
            batch.open(claimer.payloadAddress(), length);
        }
        return position;
    }

    /**
     * Waits until a claim of so many bytes has a chance again, after an operation has returned
     * {@link #BACK_PRESSURED} or {@link #PREPARING}. Another publisher may take the room first: try,
     * and wait again.
     *
     * <pre>{@code
     * while ((position = publisher.offer(TRADE, buffer, 0, length)) < 0
     *     && publisher.awaitRoom(length, timeout, idle) == 0) {
     * }
     * }</pre>
     *
     * @param length  of the message, or {@code capacityBytes} of the batch.
     * @param timeout how long to wait; with zero or less this only looks.
     * @param idle    how: any of Agrona's, or {@link Parking#on} this publisher, which sleeps.
     * @return 0 if there is room; {@link #BACK_PRESSURED} or {@link #PREPARING} after the timeout, or
     *     when the thread was interrupted, which stays so; {@link #CLOSED} or {@link #FAILED}.
     * @throws ChannelLimitException   if it is longer than {@link #maxMessageLength()}.
     * @throws IllegalStateException   if a claim of this publisher is open.
     * @throws ChannelIOException      if a segment cannot be made.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     */
    public long awaitRoom(final int length, final Duration timeout, final IdleStrategy idle) {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(idle, "idle");
        checkLength(length);
        prepareToClaim();
        long answer = room(length);
        if (answer < 0) {
            final long startNanos = System.nanoTime();
            final long timeoutNanos = nanosOf(timeout);
            idle.reset();
            while ((answer == BACK_PRESSURED || answer == PREPARING)
                && idleUntil(idle, startNanos, timeoutNanos)) {
                answer = room(length);
            }
        }
        return answer;
    }

    /** Longest message of this channel, in bytes: what fits into one segment. */
    public int maxMessageLength() {
        return messageLengthMax;
    }

    /**
     * Whether any subscriber is alive, in any process. Asks the kernel about each one of other handles
     * (about a microsecond): not for every message. False when this or its channel is closed. Any thread.
     */
    public boolean hasSubscribers() {
        return !isMarkedClosed() && subscriptions.hasSubscribers();
    }

    /** Whether this publisher has the channel for itself. */
    public boolean isExclusive() {
        return exclusive;
    }

    /** The publisher's slot, 0 to 255: what subscribers see as {@link Header#publisherId()}. */
    public int id() {
        return claimer.slot();
    }

    /** Which one it is, in words. */
    @Override
    public String toString() {
        return (exclusive ? "exclusive publisher " : "publisher ") + id() + " of " + log.path();
    }

    /** A word for a result: the position itself, or what a negative one is called. */
    public static String describe(final long result) {
        if (result >= 0) {
            return "position " + result;
        }
        return switch ((int) Math.max(result, Integer.MIN_VALUE)) {
            case (int) BACK_PRESSURED -> "BACK_PRESSURED";
            case (int) PREPARING -> "PREPARING";
            case (int) CLOSED -> "CLOSED";
            case (int) FAILED -> "FAILED";
            default -> "unknown result " + result;
        };
    }

    /**
     * Gives the publisher's slot up; idempotent, from any thread. An open claim is aborted if this is
     * the thread that made it; otherwise that thread may still commit it, and the slot is given up
     * then.
     */
    @Override
    public void close() {
        try {
            if (claimer.isClaimOpen() && claimThread == Thread.currentThread()) {
                if (isLentOpen()) {
                    lent.closeUnder();
                }
                abort();
            }
            heal();
        } finally {
            closeFromAnyThread();
        }
    }

    @Override
    void release() {
        if (!log.isClosed()) {
            membership.leave(claimer);
        }
    }

    @Override
    Bell bell() {
        return log.progress();
    }

    @Override
    void beThorough() {
        // Each attempt is.
    }

    SharedMemory memory() {
        return memory;
    }

    /** Whether a claim may be committed shorter than it was made. */
    boolean canShrink() {
        return exclusive;
    }

    /** Commits the claim that {@link Claim} or {@link Batch} had open. */
    long commit(final int kind, final int typeId, final int length) {
        try {
            return claimer.commit(kind, typeId, length);
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            exit();
        }
    }

    /** Aborts the claim that {@link Batch} had open, because of an error before its commit. */
    long abortAfter(final Throwable error) {
        try {
            return failed(error);
        } finally {
            exit();
        }
    }

    /** Aborts the claim that {@link Claim} or {@link Batch} had open. */
    void abort() {
        try {
            claimer.abort();
        } catch (final Throwable error) {
            failed(error);
        } finally {
            exit();
        }
    }

    private long room(final int length) {
        if (!enter()) {
            return CLOSED;
        }
        try {
            return claimer.room(length);
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            exit();
        }
    }

    private long claim(final int length) {
        if (claimThread != Thread.currentThread()) {
            // Published by the release of the slot's announcement: a reader that is stuck behind the
            // claim sees the thread that made it.
            claimThread = Thread.currentThread();
            log.words().slotThread(claimer.slot(), claimThread.threadId());
        }
        if (claimer.isClaimOpen()) {
            // One that an error has left open between its claim and its commit.
            claimer.abort();
        }
        return claimer.claim(length);
    }

    private long open(final int length) {
        if (!enter()) {
            return CLOSED;
        }
        boolean opened = false;
        try {
            final long position = claim(length);
            opened = position >= 0;
            if (opened && exclusive) {
                log.words().slotLentOpaque(claimer.slot(), position);
            }
            return position;
        } catch (final Throwable error) {
            return failed(error);
        } finally {
            // An open claim is work in progress: a closer leaves the release to this thread.
            if (!opened) {
                exit();
            }
        }
    }

    private void checkLength(final int length) {
        if (length < 0 || length > messageLengthMax) {
            throw new ChannelLimitException(log.path(),
                "a message of " + log.path() + " has 0 to " + messageLengthMax
                    + " bytes, this one " + length + tooLong(length));
        }
    }

    /** What to do about a length that is not allowed. */
    private static String tooLong(final int length) {
        return length < 0 ? ""
            : "; publish less at a time, or create the channel with longer segments (a ring with more bytes or fewer"
                + " segments)";
    }

    /** Before each claim: no other may be open. */
    private void prepareToClaim() {
        if (claimer.isClaimOpen() && isLentOpen() && !heal()) {
            throw isUser() ? new IllegalStateException("a claim of this publisher of " + log.path()
                + " is open; commit or abort it before the next message") : usedByTwo();
        }
    }

    private void prepareToClaim(final Claimed claimed) {
        prepareToClaim();
        claimed.prepareFor(this);
    }

    /** Only once the claim is made: until then another thread may come, which is refused. */
    private void lend(final Claimed claimed) {
        if (lent != claimed) {
            lent = claimed;
        }
    }

    /** Whether the open claim is in the user's hands; one that is not was left by an error. */
    private boolean isLentOpen() {
        return lent != null && lent.publisher == this && lent.isOpen();
    }

    /** What only this knows of its slot. */
    private final class Owner implements SlotOwner {
        @Override
        public boolean heals(final long position) {
            return isThreadGone() && (heal() || claimer.retract(position));
        }

        @Override
        public Optional<String> threadName() {
            return Optional.ofNullable(claimThread).map(Thread::getName);
        }
    }

    /** Aborts the claim of a thread that has ended; whether there was one. Any thread. */
    private synchronized boolean heal() {
        // Who has taken this over since resolves the claim itself, and may be about to make another one.
        if (!isThreadGone() || isUsedByAnother() || !claimer.isClaimOpen()) {
            return false;
        }
        if (isLentOpen()) {
            lent.view.hide();
        }
        abort();
        return true;
    }

    private boolean isThreadGone() {
        final Thread thread = claimThread;
        // That the thread is not alive any more makes all that it did visible here.
        return thread != null && !thread.isAlive();
    }

    /** Resolves the claim that an error has left, and says what the error means. */
    private long failed(final Throwable error) {
        if (!log.isClosed()) {
            try {
                claimer.abort();
            } catch (final InternalError missing) {
                // Its header cannot be stored either. Another claim would hide this one, and whoever reads would take
                // what is written in it for headers: it stays open, and the next attempt begins with it.
                error.addSuppressed(missing);
            }
            giveBackAfter(error);
        }
        final RuntimeException translated = translated(error);
        if (isOfClosed(translated)) {
            return CLOSED;
        }
        throw translated;
    }
}
