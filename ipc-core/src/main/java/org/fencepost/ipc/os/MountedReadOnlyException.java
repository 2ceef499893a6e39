package org.fencepost.ipc.os;

import java.nio.file.FileSystemException;

/** A file cannot be opened for writing because nothing of its file system is written; it may still be read. */
public final class MountedReadOnlyException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    MountedReadOnlyException(final String path, final String reason) {
        super(path, null, reason);
    }
}
