package org.fencepost.ipc.demo;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Messages a second as they are typed: {@code 20000}, {@code 0.5}, {@code 1e6}. */
public final class MessageRate implements ITypeConverter<Double> {
    private static final Pattern TYPED = Pattern.compile("\\+?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** For picocli. */
    public MessageRate() {
    }

    @Override
    public Double convert(final String typed) {
        if (TYPED.matcher(typed).matches()) {
            final double messagesPerSecond = Double.parseDouble(typed);
            if (messagesPerSecond >= Pace.RATE_MIN && messagesPerSecond <= Pace.RATE_MAX) {
                return messagesPerSecond;
            }
        }
        throw new TypeConversionException("expected messages a second as 0.5 or 20000, from 0.000001 to 1000000000,"
            + " but was '" + typed + "'");
    }
}
