package org.fencepost.ipc.demo;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Histograms of latencies in nanoseconds, and how they travel from a child to its parent. */
final class LatencyCodec {
    private static final long NANOS_MAX = TimeUnit.HOURS.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;

    private LatencyCodec() {
    }

    /** An empty histogram up to an hour. */
    static Histogram histogram() {
        return new Histogram(NANOS_MAX, SIGNIFICANT_DIGITS);
    }

    /** Counts a latency; one of more than an hour, after a debugger say, counts as an hour. */
    static void record(final Histogram histogram, final long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    }

    static String encode(final Histogram histogram) {
        final ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    /**
     * The inverse of {@link #encode}.
     *
     * @throws IllegalArgumentException if it is not one.
     */
    static Histogram decode(final String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                ByteBuffer.wrap(Base64.getDecoder().decode(text)), NANOS_MAX);
        } catch (final DataFormatException e) {
            throw new IllegalArgumentException("not a histogram: " + text, e);
        }
    }
}
