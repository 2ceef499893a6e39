package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.os.LockFile;

/**
 * The name by which a handle has opened its channel. Who removes, renames or replaces the directory takes it away
 * under the handle, and another channel, or a copy, may have it next: what is made, mapped or removed by name would be
 * theirs. The lock file tells, because it is open for as long as the handle is, and no other file is it meanwhile.
 *
 * <p>Not invariant: the name leads here behind a look. Between that and the call that it is for lie microseconds.
 */
final class ChannelName {
    private final Path directory;
    private final LockFile locks;
    private final Path lockPath;

    /** Of the channel whose lock file is open. */
    ChannelName(final Path directory, final LockFile locks, final Path lockPath) {
        this.directory = directory;
        this.locks = locks;
        this.lockPath = lockPath;
    }

    /**
     * Throws if it does not lead to the channel that was opened.
     *
     * @throws IOException if the system does not say.
     */
    void require() throws IOException {
        if (!locks.isSameFile(lockPath)) {
            throw new ChannelDamagedException(directory, directory
                + " does not lead any more to the channel that was opened: expected its " + lockPath.getFileName()
                + " there, found another or none; it was removed, renamed or replaced under this process, which has"
                + " changed nothing there; give it its name back, or close this and open what is there now");
        }
    }
}
