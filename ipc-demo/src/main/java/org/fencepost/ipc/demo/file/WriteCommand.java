package org.fencepost.ipc.demo.file;

import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.file.AtomicFile;
import picocli.CommandLine.Command;

/** {@code ipc file write}. */
@Command(
    name = "write",
    description = {
        "Replaces a file, whole or not at all, and durable when this ends.",
        "If the input cannot be read to its end, the old content stays."})
final class WriteCommand extends WholeFileCommand {
    /** For picocli. */
    WriteCommand() {
    }

    @Override
    void write(final AtomicFile target, final Input in) {
        target.write(in::transferTo);
    }
}
