package org.fencepost.ipc.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.fencepost.ipc.format.ControlFormat;

/** The bells of a channel, read from its file. */
public final class Bells {
    private Bells() {
    }

    /** A number that is not 0 while somebody may sleep on the bell at this offset of the control file. */
    public static int enlistments(final Path channel, final long bellOffset) {
        try (FileChannel control = FileChannel.open(channel.resolve(ControlFormat.FILE_NAME))) {
            final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            control.read(word, bellOffset);
            return word.getInt(Integer.BYTES);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
