package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** File calls with a call of {@code step} before each that changes or opens something by its name. */
record CountingCalls(FileCalls calls, Runnable step, UnaryOperator<Path> realPath)
    implements FileCalls {

    private Path counted(final Path file) {
        step.run();
        return realPath.apply(file);
    }

    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        return calls.create(counted(file), permissions);
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        return calls.open(counted(file), writable);
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        return calls.status(realPath.apply(file), follow);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        calls.rename(counted(from), realPath.apply(to));
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        calls.link(counted(existing), realPath.apply(name));
    }

    @Override
    public void unlink(final Path file) throws IOException {
        calls.unlink(counted(file));
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        calls.makeDirectory(counted(directory), permissions);
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        calls.syncDirectory(counted(directory));
    }
}
