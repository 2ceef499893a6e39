package org.fencepost.ipc.demo.file;

import java.io.IOException;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.file.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ipc file json}. */
@Command(
    name = "json",
    description = {
        "Replaces a file by one value of JSON, indented.",
        "If the input is something else, the old content stays."})
final class JsonCommand extends WholeFileCommand {
    @Option(names = "--compact", description = "Write it on one line.")
    private boolean compact;

    /** For picocli. */
    JsonCommand() {
    }

    @Override
    void write(final AtomicFile target, final Input in) throws IOException {
        try (JsonValues values = new JsonValues(in, target.path())) {
            if (!values.hasNext()) {
                throw values.wrong("expected a value of JSON, found none");
            }
            target.writeJson(values.next(), (value, out) -> {
                if (compact) {
                    value.copy(out);
                } else {
                    value.copyIndented(out);
                }
                if (value.hasNext()) {
                    throw value.wrong("expected one value of JSON, found more");
                }
            });
        }
    }
}
