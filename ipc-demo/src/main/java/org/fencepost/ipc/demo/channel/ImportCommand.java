package org.fencepost.ipc.demo.channel;

import org.fencepost.ipc.demo.Input;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ipc import}. */
@Command(
    name = "import",
    description = {
        "Publishes what export has printed: JSON objects, a line each, with a type and a text, "
        + "or base64.",
        "Types and payloads are the same again; positions, times and publishers are those of "
        + "now, and batches become single messages."})
public final class ImportCommand extends SendingCommand {
    @ArgGroup
    private Form form = new Form();

    /** What is read. */
    private static final class Form {
        @Option(names = "--csv", description = "Read CSV whose first row names its columns: a "
            + "payload, and if there are any the type and the encoding of each.")
        private boolean csv;

        @Option(names = "--raw", description = "Read what follows its length and its type, in 4 "
            + "bytes each, little-endian.")
        private boolean raw;
    }

    /** For picocli. */
    public ImportCommand() {
    }

    @Override
    void send(final Input in, final Sender sender) {
        if (form.csv) {
            new CsvMessages(in, sender).send();
        } else if (form.raw) {
            final Splitter messages = Splitter.atLengthsWithTypes(in, sender.limits());
            while (messages.next()) {
                sender.sendTogether(messages);
            }
        } else {
            new JsonMessages().send(in, sender);
        }
    }
}
