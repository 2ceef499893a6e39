package org.fencepost.ipc.tests.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.os.Platform;

/**
 * This machine, where somebody else makes a call of this thread fail. What is not the journal's own
 * is done in other threads.
 */
final class RealWorld implements FailingRun.World {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final ExecutorService OTHERS =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

    private final Path directory;
    private final String call;

    RealWorld(final Path directory, final String call) {
        this.directory = directory;
        this.call = call;
    }

    @Override
    public Platform platform() {
        return Platform.detect();
    }

    @Override
    public Path path() {
        return directory.resolve("journal");
    }

    /** Maybe. */
    @Override
    public boolean hasFailed() {
        return true;
    }

    @Override
    public String failed() {
        return call;
    }

    private static <T> T elsewhere(final Callable<T> work) {
        try {
            return OTHERS.submit(work).get();
        } catch (final InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<String> open() {
        return elsewhere(this::openHere);
    }

    private List<String> openHere() throws IOException {
        final List<String> open = new ArrayList<>();
        for (final Path descriptor : list(DESCRIPTORS, 1)) {
            try {
                final Path file = Files.readSymbolicLink(descriptor);
                if (file.startsWith(directory)) {
                    open.add(file.toString());
                }
            } catch (final IOException gone) {
                // Nor is it one of the journal's: nothing else works here.
            }
        }
        return open;
    }

    @Override
    public List<String> names() {
        return elsewhere(() -> list(directory, Integer.MAX_VALUE).stream()
            .map(Path::toString).toList());
    }

    private static List<Path> list(final Path top, final int depth) throws IOException {
        try (Stream<Path> paths = Files.walk(top, depth)) {
            return paths.filter(path -> !path.equals(top)).toList();
        }
    }

    /** From here on it was another boot of the system in which the journal was open last. */
    @Override
    public void crash(final Runnable close) {
        close.run();
        elsewhere(() -> {
            try (RandomAccessFile control =
                new RandomAccessFile(path().resolve(ControlFormat.FILE_NAME).toFile(), "rw")) {
                control.seek(ControlFormat.BOOT_ID_OFFSET);
                control.writeLong(1);
            }
            return null;
        });
    }
}
