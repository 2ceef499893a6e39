package org.fencepost.ipc.file;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes one value, as JSON for instance. This is all that the core asks of a JSON library; an
 * adapter for Jackson is {@link JacksonFiles}.
 *
 * @param <T> of the values
 */
@FunctionalInterface
public interface Serializer<T> {
    /** Writes the value, without closing the stream. Any exception leaves the file as it is. */
    void write(T value, OutputStream out) throws IOException;
}
