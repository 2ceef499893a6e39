package org.fencepost.ipc.demo.channel;

import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.OneOf;

/** {@code ipc import}. */
public final class ImportCommand extends SendingCommand {
    private final Form form = oneOf(new Form());

    /** What is read. */
    private static final class Form extends OneOf {
        private final Flag csv = flag("--csv", "Read CSV whose first row names its columns: a payload, and if there "
            + "are any the type and the encoding of each; other columns are passed over.");

        private final Flag raw = flag("--raw", "Read what follows its length and its type, in 4 bytes each, "
            + "little-endian.");
    }

    /** For the tool. */
    public ImportCommand() {
        super("import",
            "Publishes what export has printed: JSON objects, a line each, with a type and a text, or base64.",
            "Types and payloads are the same again; positions, times and publishers are those of now, and batches "
                + "become single messages.");
    }

    @Override
    void send(final Input in, final Sender sender) {
        if (form.csv.isSet()) {
            new CsvMessages(in, sender).send();
        } else if (form.raw.isSet()) {
            final Splitter messages = Splitter.atLengthsWithTypes(in, sender.limits());
            while (messages.next()) {
                sender.sendTogether(messages);
            }
        } else {
            new JsonMessages().send(in, sender);
        }
    }
}
