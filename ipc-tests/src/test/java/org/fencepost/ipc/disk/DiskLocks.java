package org.fencepost.ipc.disk;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.fencepost.ipc.os.LockFile;

/** The locks on the bytes of one file, each held by one who has it open, or shared by several. */
final class DiskLocks {
    private final Disk disk;
    private final Inode inode;
    private final Map<Long, Map<Handle, Boolean>> held = new HashMap<>();

    DiskLocks(final Disk disk, final Inode inode) {
        this.disk = disk;
        this.inode = inode;
    }

    LockFile open(final String path) {
        return new Handle(path);
    }

    private final class Handle implements LockFile {
        private final String path;
        private final Disk.Open open;
        private boolean closed;

        Handle(final String path) {
            this.path = path;
            this.open = disk.new Open("locks of " + path);
        }

        @Override
        public boolean tryLock(final long byteIndex) throws IOException {
            return set(byteIndex, false);
        }

        @Override
        public boolean tryLockShared(final long byteIndex) throws IOException {
            return set(byteIndex, true);
        }

        private boolean set(final long byteIndex, final boolean shared) throws IOException {
            requireOpen();
            disk.enter("lock", path);
            final Map<Handle, Boolean> holders =
                held.computeIfAbsent(byteIndex, any -> new HashMap<>());
            for (final Map.Entry<Handle, Boolean> holder : holders.entrySet()) {
                if (holder.getKey() != this && !(shared && holder.getValue())) {
                    return false;
                }
            }
            holders.put(this, shared);
            return true;
        }

        @Override
        public void unlock(final long byteIndex) throws IOException {
            requireOpen();
            held.getOrDefault(byteIndex, new HashMap<>()).remove(this);
        }

        @Override
        public boolean isLockedByOther(final long firstByte, final long count) throws IOException {
            requireOpen();
            disk.enter("query of a lock", path);
            return held.entrySet().stream().anyMatch(lock -> lock.getKey() >= firstByte
                && lock.getKey() - firstByte < count
                && lock.getValue().keySet().stream().anyMatch(holder -> holder != this));
        }

        @Override
        public boolean isSameFile(final Path other) throws IOException {
            requireOpen();
            disk.enter("statx for locks", other);
            return disk.find(other.toString()) == inode;
        }

        @Override
        public void close() {
            closed = true;
            open.close();
            held.values().forEach(holders -> holders.remove(this));
        }

        private void requireOpen() throws ClosedChannelException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }
    }
}
