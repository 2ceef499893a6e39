package org.fencepost.ipc.demo.channel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.OneOf;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc export}. */
public final class ExportCommand extends ReadingCommand {
    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The channel."));

    private final Form form = oneOf(new Form());

    private final Value<CsvRows.Encoding> encoding = value(CsvRows.Encoding.class,
        OptionSpec.builder("--payload").paramLabel("ENCODING")
            .description("What a payload is in CSV: text (and base64 where it is not UTF-8), hex or base64. Default: "
                + "text."));

    /** What is printed. */
    private static final class Form extends OneOf {
        private final Flag csv = flag("--csv", "Print CSV: position, time, type, encoding of the payload, payload.");

        private final Flag raw = flag("--raw", "Print each payload behind its length and its type, in 4 bytes each, "
            + "little-endian.");
    }

    /** For the tool. */
    public ExportCommand() {
        super("export",
            "Prints the messages that a channel has now as JSON objects, a line each, from which import makes the "
                + "same messages again.",
            "Joins as tail does.");
    }

    @Override
    protected int run(final Output out) {
        if (encoding.isSet() && !form.csv.isSet()) {
            throw wrongUsage("--payload is for --csv");
        }
        final BiConsumer<Payload, Header> printer = printer(out);
        read(path.get(), false, out, (payload, header) -> {
            printer.accept(payload, header);
            return Action.CONTINUE;
        });
        return 0;
    }

    private BiConsumer<Payload, Header> printer(final Output out) {
        if (form.csv.isSet()) {
            return new CsvRows(out, encoding.or(CsvRows.Encoding.TEXT))::print;
        }
        if (!form.raw.isSet()) {
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
