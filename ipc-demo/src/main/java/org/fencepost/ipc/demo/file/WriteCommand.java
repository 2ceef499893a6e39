package org.fencepost.ipc.demo.file;

import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.file.AtomicFile;

/** {@code ipc file write}. */
final class WriteCommand extends WholeFileCommand {
    /** For the tool. */
    WriteCommand() {
        super("write",
            "Replaces a file, whole or not at all, and durable when this ends.",
            "If the input cannot be read to its end, the old content stays.");
    }

    @Override
    void write(final AtomicFile target, final Input in) {
        target.write(in::transferTo);
    }
}
