package org.fencepost.ipc.tests.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.buffer.MessageBuffer;

record LocalPublisher(Publisher publisher) implements PublisherPort {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @Override
    public long offer(
        final Source source,
        final int typeId,
        final byte[] bytes,
        final int offset,
        final int length) {
        try (Arena arena = Arena.ofConfined()) {
            return switch (source) {
                case ARRAY -> publisher.offer(typeId, bytes, offset, length);
                case BUFFER -> publisher.offer(typeId, MessageBuffer.of(bytes), offset, length);
                case BUFFER_OUTSIDE_HEAP -> publisher.offer(
                    typeId, MessageBuffer.of(outsideHeap(arena, bytes)), offset, length);
                case SEGMENT ->
                    publisher.offer(typeId, MemorySegment.ofArray(bytes), (long) offset, length);
                case SEGMENT_OUTSIDE_HEAP ->
                    publisher.offer(typeId, outsideHeap(arena, bytes), (long) offset, length);
            };
        }
    }

    static MemorySegment outsideHeap(final Arena arena, final byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    @Override
    public int offerSeries(final Series series, final long first, final int count) {
        final byte[] bytes = new byte[series.lengthMax()];
        final long start = System.nanoTime();
        int published = 0;
        while (published < count) {
            final long index = first + published;
            final int length = series.fill(index, bytes);
            final long result = publisher.offer(series.typeId(index), bytes, 0, length);
            if (result >= 0) {
                published++;
            } else if (result != Publisher.PREPARING) {
                return published;
            } else if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("still PREPARING after " + PATIENCE_NANOS + " ns");
            } else {
                Thread.onSpinWait();
            }
        }
        return published;
    }

    @Override
    public ClaimPort claim(final int typeId, final int length) {
        final Claim claim = new Claim();
        return new LocalClaim(publisher.tryClaim(typeId, length, claim), claim);
    }

    @Override
    public BatchPort batch(final int capacityBytes) {
        final Batch batch = new Batch();
        return new LocalBatch(publisher.tryClaimBatch(capacityBytes, batch), batch);
    }

    @Override
    public int maxMessageLength() {
        return publisher.maxMessageLength();
    }

    @Override
    public boolean hasSubscribers() {
        return publisher.hasSubscribers();
    }

    @Override
    public boolean isExclusive() {
        return publisher.isExclusive();
    }

    @Override
    public int id() {
        return publisher.id();
    }

    @Override
    public void close() {
        publisher.close();
    }

    private record LocalClaim(long result, Claim claim) implements ClaimPort {
        @Override
        public int length() {
            return claim.length();
        }

        @Override
        public int capacity() {
            return claim.buffer().capacity();
        }

        @Override
        public void put(final int index, final byte[] bytes) {
            claim.buffer().putBytes(index, bytes);
        }

        @Override
        public long commit() {
            return claim.commit();
        }

        @Override
        public void abort() {
            claim.abort();
        }

        @Override
        public void close() {
            claim.close();
        }
    }

    private record LocalBatch(long result, Batch batch) implements BatchPort {
        @Override
        public boolean add(
            final Source source,
            final int typeId,
            final byte[] bytes,
            final int offset,
            final int length) {
            try (Arena arena = Arena.ofConfined()) {
                return switch (source) {
                    case ARRAY -> batch.add(typeId, bytes, offset, length);
                    case BUFFER -> batch.add(typeId, MessageBuffer.of(bytes), offset, length);
                    case BUFFER_OUTSIDE_HEAP -> batch.add(
                        typeId, MessageBuffer.of(outsideHeap(arena, bytes)), offset, length);
                    case SEGMENT ->
                        batch.add(typeId, MemorySegment.ofArray(bytes), (long) offset, length);
                    case SEGMENT_OUTSIDE_HEAP ->
                        batch.add(typeId, outsideHeap(arena, bytes), (long) offset, length);
                };
            }
        }

        @Override
        public boolean append(final int typeId, final byte[] bytes) {
            final boolean fits = batch.tryAppend(typeId, bytes.length);
            if (fits) {
                batch.buffer().putBytes(0, bytes);
            }
            return fits;
        }

        @Override
        public int count() {
            return batch.count();
        }

        @Override
        public int remainingBytes() {
            return batch.remainingBytes();
        }

        @Override
        public long commit() {
            return batch.commit();
        }

        @Override
        public void abort() {
            batch.abort();
        }

        @Override
        public void close() {
            batch.close();
        }
    }
}
