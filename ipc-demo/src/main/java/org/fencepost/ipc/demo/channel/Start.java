package org.fencepost.ipc.demo.channel;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to begin, as it is typed.
 *
 * @param kind  what it is.
 * @param value a position, or nanoseconds since 1970.
 * @param index of the message in the batch that ends at the position.
 * @param typed as it was.
 */
record Start(Kind kind, long value, int index, String typed) {
    private static final int NANOS_DIGITS = 9;
    private static final Pattern POSITION = Pattern.compile("(\\d{1,19})(?:\\.(\\d{1,9}))?");
    private static final Pattern AGO = Pattern.compile("-(\\d{1,9})([smhd])");
    private static final Pattern SINCE_1970 = Pattern.compile("@(\\d{1,19}(?:\\.\\d{1,9})?)");
    /** As {@code date} writes it: a day, and perhaps hours, minutes and seconds, and perhaps the offset from UTC. */
    private static final Pattern TIME = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)"
        + "(?:[T ](\\d\\d)(?:(:\\d\\d)(:\\d\\d(?:[.,]\\d{1,9})?)?)?(?: ?(Z|[+-]\\d\\d(?::?\\d\\d)?))?)?",
        Pattern.CASE_INSENSITIVE);

    /** What it is. */
    enum Kind {
        /** The oldest message. */
        EARLIEST,
        /** What comes from now on. */
        LATEST,
        /** Behind the message that ends there. */
        POSITION,
        /** Behind a message of the batch that ends there. */
        IN_BATCH,
        /** The first message of that time or later. */
        TIME
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<Start> {
        Converter() {
        }

        @Override
        public Start convert(final String typed) {
            final String word = typed.toLowerCase(Locale.ROOT);
            if (word.equals("earliest")) {
                return new Start(Kind.EARLIEST, 0, 0, typed);
            }
            if (word.equals("latest")) {
                return new Start(Kind.LATEST, 0, 0, typed);
            }
            try {
                final Matcher matcher = POSITION.matcher(typed);
                if (matcher.matches()) {
                    final boolean inBatch = matcher.group(2) != null;
                    return new Start(inBatch ? Kind.IN_BATCH : Kind.POSITION,
                        Long.parseLong(matcher.group(1)),
                        inBatch ? Integer.parseInt(matcher.group(2)) : 0, typed);
                }
                final Instant time = time(typed);
                return new Start(Kind.TIME, Math.addExact(
                    Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano()), 0,
                    typed);
            } catch (final DateTimeException | ArithmeticException | NumberFormatException neither) {
                throw new TypeConversionException("expected earliest, latest, a position like 4096"
                    + " (4096.17 in a batch), or a time like 2026-05-17T08:00:00Z,"
                    + " 2026-05-17T10:00:00+0200, 2026-05-17T10:00:00 (of here), @1779004800 or -15m, but was '"
                    + typed + "'");
            }
        }

        private static Instant time(final String typed) {
            final Matcher ago = AGO.matcher(typed);
            if (ago.matches()) {
                final long count = Long.parseLong(ago.group(1));
                return Instant.now().minus(switch (ago.group(2)) {
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                });
            }
            final Matcher seconds = SINCE_1970.matcher(typed);
            if (seconds.matches()) {
                return Instant.EPOCH.plusNanos(
                    new BigDecimal(seconds.group(1)).movePointRight(NANOS_DIGITS).longValueExact());
            }
            final Matcher time = TIME.matcher(typed);
            if (!time.matches()) {
                throw new DateTimeException("no time");
            }
            final String local = time.group(1) + "T" + or(time.group(2), "00")
                + or(time.group(3), ":00") + or(time.group(4), ":00").replace(',', '.');
            return time.group(5) == null ? LocalDateTime.parse(local).atZone(ZoneId.systemDefault()).toInstant()
                : Instant.parse(local + ZoneOffset.of(time.group(5).toUpperCase(Locale.ROOT)));
        }

        private static String or(final String found, final String other) {
            return found == null ? other : found;
        }
    }

    /** Where a message is, so that this can be typed to begin behind it. */
    static String of(final Header header) {
        return header.batchCount() > 1
            ? header.position() + "." + header.batchIndex() : String.valueOf(header.position());
    }

    /** A subscriber that holds nobody back, and begins here or a little before. */
    SubscriberOptions options(final Channel channel) {
        if (kind == Kind.TIME && !channel.options().timestamps()) {
            throw new CommandFailedException(channel.path() + " has messages without times; give a"
                + " position to begin at");
        }
        return switch (kind) {
            case EARLIEST -> SubscriberOptions.earliest().lossy();
            case LATEST -> SubscriberOptions.latest().lossy();
            case POSITION -> SubscriberOptions.from(value).lossy();
            // A batch begins somewhere in the segment in which it ends.
            case IN_BATCH -> SubscriberOptions.from(Math.max(channel.earliestPosition(),
                value - 1 & -channel.options().segmentBytes())).lossy();
            case TIME -> SubscriberOptions.from(channel.positionAtOrAfter(value)).lossy();
        };
    }

    /** Whether a message comes before this, or is the one that this names. */
    boolean isBefore(final Header header) {
        return switch (kind) {
            case IN_BATCH -> header.position() < value
                || header.position() == value && header.batchIndex() <= index;
            case TIME -> header.timestamp() < value;
            default -> false;
        };
    }

    /** Whether it names this message of a batch. */
    boolean names(final Header header) {
        return header.position() == value && header.batchIndex() == index;
    }

    /** Whether it names a message of a batch. */
    boolean isInBatch() {
        return kind == Kind.IN_BATCH;
    }

    @Override
    public String toString() {
        return typed;
    }
}
