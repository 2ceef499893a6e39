package org.fencepost.ipc.demo.file;

import java.io.IOException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.file.AtomicFile;

/** {@code ipc file json}. */
final class JsonCommand extends WholeFileCommand {
    private final Flag compact = flag("--compact", "Write it on one line.");

    /** For the tool. */
    JsonCommand() {
        super("json",
            "Replaces a file by one value of JSON, indented.",
            "If the input is something else, the old content stays.");
    }

    @Override
    void write(final AtomicFile target, final Input in) throws IOException {
        try (JsonValues values = new JsonValues(in, target.path())) {
            if (!values.hasNext()) {
                throw values.wrong("expected a value of JSON, found none");
            }
            target.writeJson(values.next(), (value, out) -> {
                if (compact.isSet()) {
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
