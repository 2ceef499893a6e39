package org.fencepost.ipc.demo.channel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.SubscriberOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to begin, as it is typed: a word, or the message behind which to begin, as {@link #of} says it.
 *
 * @param word     earliest or latest; empty for a position.
 * @param position at which the message ends, or its batch.
 * @param index    of the message in its batch, or {@link #WHOLE}.
 */
record Start(String word, long position, int index) {
    private static final int WHOLE = -1;
    private static final Pattern TYPED = Pattern.compile("(\\d{1,18})(?:\\.(\\d{1,9}))?");

    /** For picocli. */
    static final class Converter implements ITypeConverter<Start> {
        Converter() {
        }

        @Override
        public Start convert(final String typed) {
            final String word = typed.toLowerCase(Locale.ROOT);
            if (word.equals("earliest") || word.equals("latest")) {
                return new Start(word, 0, WHOLE);
            }
            final Matcher matcher = TYPED.matcher(typed);
            if (!matcher.matches()) {
                throw new TypeConversionException("expected earliest, latest or a position like"
                    + " 4096, or 4096.17 in a batch, but was '" + typed + "'");
            }
            return new Start("", Long.parseLong(matcher.group(1)),
                matcher.group(2) == null ? WHOLE : Integer.parseInt(matcher.group(2)));
        }
    }

    /** Where a message is, so that this can be typed to begin behind it. */
    static String of(final Header header) {
        return header.batchCount() > 1
            ? header.position() + "." + header.batchIndex() : String.valueOf(header.position());
    }

    /** A subscriber that holds nobody back, and begins here or a little before. */
    SubscriberOptions options(final Channel channel) {
        return switch (word) {
            case "earliest" -> SubscriberOptions.earliest().lossy();
            case "latest" -> SubscriberOptions.latest().lossy();
            // A batch begins somewhere in the segment in which it ends.
            default -> SubscriberOptions.from(index == WHOLE ? position
                : Math.max(channel.earliestPosition(),
                    position - 1 & -channel.options().segmentBytes())).lossy();
        };
    }

    /** Whether a message comes before this, or is the one that this names. */
    boolean isBefore(final Header header) {
        return index != WHOLE && (header.position() < position
            || header.position() == position && header.batchIndex() <= index);
    }

    /** Whether it names this message of a batch. */
    boolean names(final Header header) {
        return header.position() == position && header.batchIndex() == index;
    }

    /** Whether it names a message of a batch. */
    boolean isInBatch() {
        return index != WHOLE;
    }

    @Override
    public String toString() {
        return word.isEmpty() ? position + (isInBatch() ? "." + index : "") : word;
    }
}
