package org.fencepost.ipc.tests.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.AtomicWriter;
import org.fencepost.ipc.file.GuardedFile;

/**
 * The main class of a process that stops in the middle of a change until its input ends. Arguments:
 * {@code write} or {@code guard}, file.
 */
final class StoppedWriter {
    private StoppedWriter() {
    }

    public static void main(final String[] arguments) {
        final Path file = Path.of(arguments[1]);
        if (arguments[0].equals("write")) {
            try (AtomicWriter writer = AtomicFile.of(file).writer()) {
                writer.write(new byte[200_000]);
                System.out.println("written");
                awaitEndOfInput();
            }
            return;
        }
        GuardedFile.of(file).patch(content -> {
            System.out.println("inside " + Thread.currentThread().threadId());
            awaitEndOfInput();
            return content;
        });
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
