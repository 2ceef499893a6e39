package org.fencepost.ipc.demo.channel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as it is typed: {@code 4096}, {@code 64k}, {@code 4m}, {@code 1g}. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern TYPED = Pattern.compile("(\\d{1,18})([kmg]?)(i?b)?");
    private static final String UNITS = "kmg";
    private static final int BITS_PER_UNIT = 10;

    /** For picocli. */
    ByteSize() {
    }

    @Override
    public Long convert(final String typed) {
        final Matcher matcher = TYPED.matcher(typed.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            final int unit = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
            final long bytes = Long.parseLong(matcher.group(1));
            if (bytes <= Long.MAX_VALUE >> unit * BITS_PER_UNIT) {
                return bytes << unit * BITS_PER_UNIT;
            }
        }
        throw new TypeConversionException(
            "expected a size like 4096, 64k, 4m or 1g, but was '" + typed + "'");
    }
}
