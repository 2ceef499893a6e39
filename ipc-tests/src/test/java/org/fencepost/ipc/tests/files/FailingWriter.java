package org.fencepost.ipc.tests.files;

import java.nio.file.Path;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.FileFailedException;

/**
 * The main class of a process that writes a file some times and prints what became of each.
 * Arguments: file, times.
 */
final class FailingWriter {
    private FailingWriter() {
    }

    public static void main(final String[] arguments) {
        final AtomicFile file = AtomicFile.of(Path.of(arguments[0]));
        for (int i = 1; i <= Integer.parseInt(arguments[1]); i++) {
            try {
                file.writeBytes(new byte[] {(byte) ('0' + i)});
                System.out.println("wrote " + i);
            } catch (final FileFailedException failure) {
                System.out.println(failure.content() + " " + failure.getMessage());
            }
        }
    }
}
