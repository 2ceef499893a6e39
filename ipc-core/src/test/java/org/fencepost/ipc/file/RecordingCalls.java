package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;

/** Makes the calls and keeps what each did to the disk, in order. Any thread. */
public final class RecordingCalls implements FileCalls {
    /** What a call did that returned. */
    public sealed interface Effect {
        /** A new empty file. */
        record Created(Path file) implements Effect { }

        /** Bytes in a file, which is named as it was when it was opened. */
        record Written(Path file, long position, byte[] bytes) implements Effect { }

        /** Blocks were set aside for the beginning of a file, which may have become longer by zeros. */
        record Allocated(Path file, long bytes) implements Effect { }

        /** A file's bytes are durable. */
        record Synced(Path file) implements Effect { }

        /** A name replaced another. */
        record Renamed(Path from, Path to) implements Effect { }

        /** One more name. */
        record Linked(Path existing, Path name) implements Effect { }

        /** A name less. */
        record Unlinked(Path file) implements Effect { }

        /** A new directory. */
        record DirectoryMade(Path directory) implements Effect { }

        /** A directory's names are durable. */
        record DirectorySynced(Path directory) implements Effect { }
    }

    private final FileCalls calls;
    private final List<Effect> effects = Collections.synchronizedList(new ArrayList<>());

    /** Around these calls. */
    public RecordingCalls(final FileCalls calls) {
        this.calls = calls;
    }

    /** What happened since the last time that this was asked. */
    public List<Effect> take() {
        synchronized (effects) {
            final List<Effect> taken = List.copyOf(effects);
            effects.clear();
            return taken;
        }
    }

    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        final FileHandle handle = calls.create(file, permissions);
        effects.add(new Effect.Created(file));
        return new Handle(file, handle);
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        return new Handle(file, calls.open(file, writable));
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        return calls.status(file, follow);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        calls.rename(from, to);
        effects.add(new Effect.Renamed(from, to));
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        calls.link(existing, name);
        effects.add(new Effect.Linked(existing, name));
    }

    @Override
    public void unlink(final Path file) throws IOException {
        calls.unlink(file);
        effects.add(new Effect.Unlinked(file));
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        calls.makeDirectory(directory, permissions);
        effects.add(new Effect.DirectoryMade(directory));
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        calls.changePermissions(directory, permissions);
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        calls.syncDirectory(directory);
        effects.add(new Effect.DirectorySynced(directory));
    }

    private final class Handle extends HandleAround {
        Handle(final Path file, final FileHandle handle) {
            super(file, handle);
        }

        @Override
        public int write(final ByteBuffer source, final long position) throws IOException {
            final ByteBuffer before = source.duplicate();
            final byte[] written = new byte[handle.write(source, position)];
            before.get(written);
            effects.add(new Effect.Written(file, position, written));
            return written.length;
        }

        @Override
        public void allocate(final long bytes) throws IOException {
            handle.allocate(bytes);
            effects.add(new Effect.Allocated(file, bytes));
        }

        @Override
        public void sync() throws IOException {
            handle.sync();
            effects.add(new Effect.Synced(file));
        }
    }
}
