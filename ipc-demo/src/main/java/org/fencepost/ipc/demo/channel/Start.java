package org.fencepost.ipc.demo.channel;

import java.util.Locale;
import org.fencepost.ipc.SubscriberOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where to begin, as it is typed: a word or a position. A subscriber that holds nobody back. */
final class Start implements ITypeConverter<SubscriberOptions> {
    /** For picocli. */
    Start() {
    }

    @Override
    public SubscriberOptions convert(final String typed) {
        return switch (typed.toLowerCase(Locale.ROOT)) {
            case "earliest" -> SubscriberOptions.earliest().lossy();
            case "latest" -> SubscriberOptions.latest().lossy();
            default -> {
                if (!typed.matches("\\d{1,18}")) {
                    throw new TypeConversionException(
                        "expected earliest, latest or a position, but was '" + typed + "'");
                }
                yield SubscriberOptions.from(Long.parseLong(typed)).lossy();
            }
        };
    }
}
