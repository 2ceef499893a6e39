package org.fencepost.ipc.file;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the new content of a file. */
@FunctionalInterface
public interface ContentSource {
    /** Writes it, without closing the stream. Any exception leaves the file as it is. */
    void writeTo(OutputStream out) throws IOException;
}
