package org.fencepost.ipc.demo;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Numbers as people read them. */
final class Units {
    private static final double BYTES_PER_MB = 1e6;

    private Units() {
    }

    static String count(final long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String megabytes(final double bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / BYTES_PER_MB);
    }

    static String rate(final double perSecond) {
        if (perSecond >= 1e6) {
            return String.format(Locale.ROOT, "%.2f M", perSecond / 1e6);
        }
        if (perSecond >= 1e3) {
            return String.format(Locale.ROOT, "%.1f k", perSecond / 1e3);
        }
        return String.format(Locale.ROOT, "%.0f", perSecond);
    }

    static String duration(final long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        if (nanos < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f us", nanos / 1e3);
        }
        if (nanos < 1_000_000_000) {
            return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
        }
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    /** Minutes and seconds, with hours if there are any. */
    static String clock(final long seconds) {
        final long hours = TimeUnit.SECONDS.toHours(seconds);
        final long minutes = TimeUnit.SECONDS.toMinutes(seconds) % 60;
        return hours > 0
            ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, seconds % 60)
            : String.format(Locale.ROOT, "%d:%02d", minutes, seconds % 60);
    }
}
