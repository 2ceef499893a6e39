package org.fencepost.ipc.tests.peer;

import java.util.List;
import org.fencepost.ipc.ControlledMessageHandler.Action;

/** See {@link org.fencepost.ipc.Subscriber}. */
public interface SubscriberPort extends Port {
    /** One poll; what was delivered, or a failure if the result is another number than that. */
    List<Received> poll(int limit);

    /** One poll of a handler that does nothing; its result. */
    int pollResult(int limit);

    /**
     * One controlled poll whose handler answers with the actions in turn, and with {@code CONTINUE}
     * when there are no more; what the handler saw, including what it answered {@code ABORT} to.
     */
    List<Received> controlledPoll(List<Action> actions, int limit);

    /** The result of the last controlled poll. */
    int controlledResult();

    /** One poll whose handler throws {@link HandlerFailure} at the message with this index. */
    List<Received> pollAndThrow(int index, int limit);

    /** Everything consumed up to here. */
    long position();

    /** Goes on elsewhere. */
    void seek(long position);

    /** Bytes between the position and the tail. */
    long lagBytes();

    /** Bytes that a lossy subscriber missed. */
    long lostBytes();

    /** Whether it is lossy. */
    boolean isLossy();

    /** Whether it was closed. */
    boolean isClosed();
}
