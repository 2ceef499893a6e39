package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;

/** Does what another handle does. */
abstract class HandleAround implements FileHandle {
    /** Its name when it was opened. */
    final Path file;
    /** The other one. */
    final FileHandle handle;

    HandleAround(final Path file, final FileHandle handle) {
        this.file = file;
        this.handle = handle;
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
        return handle.read(target, position);
    }

    @Override
    public void allocate(final long bytes) throws IOException {
        handle.allocate(bytes);
    }

    @Override
    public void changeOwner(final int user, final int group) throws IOException {
        handle.changeOwner(user, group);
    }

    @Override
    public void changePermissions(final int permissions) throws IOException {
        handle.changePermissions(permissions);
    }

    @Override
    public FileStatus status() throws IOException {
        return handle.status();
    }

    @Override
    public void close() {
        handle.close();
    }
}
