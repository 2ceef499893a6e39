package org.fencepost.ipc.demo.channel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Output;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc export}. */
@Command(
    name = "export",
    description = {
        "Prints the messages that a channel has now as JSON objects, a line each, from which "
        + "import makes the same messages again.",
        "Joins as tail does."})
public final class ExportCommand extends ReadingCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @ArgGroup
    private Form form = new Form();

    @Option(names = "--payload", paramLabel = "ENCODING",
        description = "What a payload is in CSV: text (and base64 where it is not UTF-8), hex or "
            + "base64. Default: text.")
    private CsvRows.Encoding encoding;

    /** What is printed. */
    private static final class Form {
        @Option(names = "--csv", description = "Print CSV: position, time, type, encoding of the "
            + "payload, payload.")
        private boolean csv;

        @Option(names = "--raw", description = "Print each payload behind its length and its type, "
            + "in 4 bytes each, little-endian.")
        private boolean raw;
    }

    /** For picocli. */
    public ExportCommand() {
    }

    @Override
    protected int run(final Output out) {
        if (encoding != null && !form.csv) {
            throw wrongUsage("--payload is for --csv");
        }
        final BiConsumer<Payload, Header> printer = printer(out);
        read(path, false, out, (payload, header) -> {
            printer.accept(payload, header);
            return Action.CONTINUE;
        });
        return 0;
    }

    private BiConsumer<Payload, Header> printer(final Output out) {
        if (form.csv) {
            return new CsvRows(out, encoding == null ? CsvRows.Encoding.TEXT : encoding)::print;
        }
        if (!form.raw) {
            return new MessageJson(out)::print;
        }
        final ByteBuffer prefix =
            ByteBuffer.allocate(2 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return (payload, header) -> {
            prefix.putInt(0, payload.length()).putInt(Integer.BYTES, header.typeId());
            out.bytes(prefix.array(), prefix.capacity());
            out.bytes(payload.bytes(), payload.length());
        };
    }
}
