package org.fencepost.ipc.demo;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import org.fencepost.ipc.os.Reason;

/**
 * Everything that a run must not leave behind: its processes and its ring. Closing it, or the end
 * of this JVM by Ctrl-C or SIGTERM, kills the processes and then removes the ring. After SIGKILL
 * the children do that themselves, see {@link ParentLink}.
 */
final class Stage implements AutoCloseable {
    private final Thread atShutdown = new Thread(this::clear, "clear-stage");
    private final List<Child> children = new ArrayList<>();
    private ChannelPlace place;
    private boolean cleared;

    /** Makes the place of the channel. */
    Stage(final DemoOptions options) {
        Runtime.getRuntime().addShutdownHook(atShutdown);
        try {
            synchronized (this) {
                requireOpen();
                place = options.journalDirectory().isPresent()
                    ? new ChannelPlace(emptyDirectory(options.journalDirectory().get()), true)
                    : options.journal() ? ChannelPlace.freshJournal() : ChannelPlace.freshRing();
            }
        } catch (final IOException e) {
            close();
            throw new CommandFailedException("cannot make a directory for the channel: " + Reason.of(e), e);
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    synchronized ChannelPlace place() {
        return place;
    }

    /** Starts a process that ends with the stage. */
    synchronized Child start(
        final String name,
        final Class<?> mainClass,
        final List<String> arguments,
        final BlockingQueue<Child.Event> events) {
        requireOpen();
        final Child child = new Child(name, mainClass, arguments, events);
        children.add(child);
        return child;
    }

    /** Whether everything has been cleared away: by {@link #close} or because this JVM ends. */
    synchronized boolean isCleared() {
        return cleared;
    }

    /** Kills what still runs and removes the ring. Idempotent. */
    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(atShutdown);
        } catch (final IllegalStateException e) {
            // This JVM is ending; the hook runs or has run, and finds nothing left to do.
            return;
        }
    }

    private synchronized void clear() {
        if (cleared) {
            return;
        }
        cleared = true;
        children.forEach(Child::kill);
        try {
            for (final Child child : children) {
                child.awaitEnd();
            }
            if (place != null) {
                place.removeRing();
            }
        } catch (final IOException e) {
            System.err.println("ipc: cannot remove the ring " + place.directory() + ": " + Reason.of(e));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireOpen() {
        if (cleared) {
            throw new CommandFailedException("interrupted");
        }
    }

    private static Path emptyDirectory(final Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (final FileAlreadyExistsException e) {
            throw new CommandFailedException(
                "the journal's place is not a directory: " + directory, e);
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new CommandFailedException("the journal's directory is not empty: "
                    + directory + "; name another one, or none for a fresh one");
            }
        }
        return directory.toAbsolutePath();
    }
}
