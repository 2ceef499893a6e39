package org.fencepost.ipc.demo.channel;

import java.util.HexFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A byte as it is typed: itself, an escape, or two hexadecimal digits. */
final class Delimiter implements ITypeConverter<Byte> {
    private static final char ASCII_MAX = 0x7f;

    /** For picocli. */
    Delimiter() {
    }

    @Override
    public Byte convert(final String typed) {
        return switch (typed) {
            case "\\n" -> (byte) '\n';
            case "\\t" -> (byte) '\t';
            case "\\0" -> (byte) 0;
            default -> {
                if (typed.length() == 1 && typed.charAt(0) <= ASCII_MAX) {
                    yield (byte) typed.charAt(0);
                }
                if (typed.matches("[0-9a-fA-F]{2}")) {
                    yield (byte) HexFormat.fromHexDigits(typed);
                }
                throw new TypeConversionException("expected an ASCII character, \\n, \\t, \\0 or"
                    + " two hexadecimal digits, but was '" + typed + "'");
            }
        };
    }
}
