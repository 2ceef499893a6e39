package org.fencepost.ipc.tests.death;

import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;

/** One who publishes as an author, or reads, and writes into a ledger what came of it. */
final class Member {
    /** Most messages of one operation. */
    private static final int BATCH = 3;
    private static final int FORMS = 8;

    private final int author;
    private final Ledger ledger;
    private final Content content = new Content();
    private final Claim claim = new Claim();
    private final Batch batch = new Batch();
    private final Map<Integer, Long> nextOf = new HashMap<>();
    private long next;
    private boolean mayMiss;

    Member(final int author, final Ledger ledger) {
        this.author = author;
        this.ledger = ledger;
    }

    /** A message's place in the order of all, in one number. */
    static long entry(final Header header) {
        return header.position() << 8 | header.batchIndex();
    }

    /** One operation, each kind in turn; false if there was no room. */
    boolean publish(final Publisher publisher, final int form) {
        return switch (Math.floorMod(form, FORMS)) {
            case 1 -> claim(publisher, true);
            case 3 -> claim(publisher, false);
            case 5 -> batch(publisher);
            default -> offer(publisher);
        };
    }

    private boolean offer(final Publisher publisher) {
        final byte[] bytes = content.fill(author, next);
        ledger.attempt(next + 1);
        return published(
            publisher.offer(author, bytes, 0, Content.length(author, next)), 1);
    }

    private boolean claim(final Publisher publisher, final boolean committed) {
        final int length = Content.length(author, next);
        final byte[] bytes = content.fill(author, next);
        ledger.attempt(committed ? next + 1 : next);
        final long start = publisher.tryClaim(author, length, claim);
        if (start < 0) {
            return published(start, 1);
        }
        if (!committed) {
            claim.buffer().putLong(0, Content.NEVER);
            claim.buffer().putBytes(Long.BYTES, bytes, Long.BYTES, length - Long.BYTES);
            claim.abort();
            return true;
        }
        claim.buffer().putBytes(0, bytes, 0, length);
        return published(claim.commit(), 1);
    }

    private boolean batch(final Publisher publisher) {
        int capacity = 0;
        for (int i = 0; i < BATCH; i++) {
            capacity += Batch.recordBytes(Content.length(author, next + i));
        }
        ledger.attempt(next + BATCH);
        final long start = publisher.tryClaimBatch(capacity, batch);
        if (start < 0) {
            return published(start, BATCH);
        }
        for (int i = 0; i < BATCH; i++) {
            final byte[] bytes = content.fill(author, next + i);
            if (!batch.add(author, bytes, 0, Content.length(author, next + i))) {
                throw new AssertionError("message " + i + " should fit into its batch");
            }
        }
        return published(batch.commit(), BATCH);
    }

    private boolean published(final long result, final int messages) {
        if (result < Publisher.PREPARING) {
            throw new AssertionError(Publisher.describe(result) + " in an open channel");
        }
        if (result < 0) {
            return false;
        }
        next += messages;
        ledger.report(next);
        return true;
    }

    /** Polls once; what comes is checked by itself and noted. */
    int read(final Subscriber subscriber, final int limit) {
        mayMiss = subscriber.isLossy();
        return subscriber.poll(this::onMessage, limit);
    }

    /** In the order of each author; without a gap, unless this is one that may have some. */
    private void checkOrder(final int by, final long index) {
        final Long expected = nextOf.put(by, index + 1);
        if (expected != null && (mayMiss ? index < expected : index != expected)) {
            throw new AssertionError(
                "author " + by + ": message " + index + " came, expected was " + expected);
        }
    }

    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        // Copied out, because each access to the message itself is a step.
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy, 0, length);
        final String difference = Content.difference(header.typeId(), copy, length);
        if (!difference.isEmpty()) {
            throw new AssertionError(
                "author " + header.typeId() + " at " + header.position() + ": " + difference);
        }
        checkOrder(header.typeId(), buffer.getLong(offset));
        ledger.seen(entry(header));
    }
}
