package org.fencepost.ipc.demo;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Numbers as people read them. */
public final class Units {
    private static final double BYTES_PER_MB = 1e6;
    private static final String[] BINARY = {"", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    private static final int BITS_PER_STEP = 10;

    private Units() {
    }

    /** A whole number, its digits in groups. */
    public static String count(final long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A number, the digits before its point in groups and all that it has behind it. */
    static String decimal(final double value) {
        final BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
        return String.format(Locale.ROOT, "%,." + Math.max(0, exact.scale()) + "f", exact);
    }

    /** Bytes in millions. */
    public static String megabytes(final double bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / BYTES_PER_MB);
    }

    /** Bytes in the largest binary unit of which there is at least one, to a tenth. */
    public static String size(final long bytes) {
        final int step =
            (Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, bytes))) / BITS_PER_STEP;
        final long unit = 1L << step * BITS_PER_STEP;
        return (bytes % unit == 0 ? String.valueOf(bytes / unit)
            : String.format(Locale.ROOT, "%.1f", (double) bytes / unit)) + BINARY[step];
    }

    /** Events a second, to three digits. */
    public static String rate(final double perSecond) {
        if (perSecond >= 1e6) {
            return String.format(Locale.ROOT, "%.2f M", perSecond / 1e6);
        }
        if (perSecond >= 1e3) {
            return String.format(Locale.ROOT, "%.1f k", perSecond / 1e3);
        }
        return String.format(Locale.ROOT, "%.0f", perSecond);
    }

    /** A time in a unit that suits it. */
    public static String duration(final long nanos) {
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
    public static String clock(final long seconds) {
        final long hours = TimeUnit.SECONDS.toHours(seconds);
        final long minutes = TimeUnit.SECONDS.toMinutes(seconds) % 60;
        return hours > 0
            ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, seconds % 60)
            : String.format(Locale.ROOT, "%d:%02d", minutes, seconds % 60);
    }
}
