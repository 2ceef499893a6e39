package org.fencepost.ipc.tests.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.AtomicWriter;

/**
 * The main class of a process whose threads replace a file until its input ends. Arguments: file,
 * threads. Some begin to write and give up.
 */
final class Replacer {
    private static final int ABANDONED_ONE_IN = 10;
    private static final long PAUSE_NANOS_MAX = 100_000_000;

    private Replacer() {
    }

    public static void main(final String[] arguments) throws IOException, InterruptedException {
        final Path file = Path.of(arguments[0]);
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        final AtomicBoolean running = new AtomicBoolean(true);
        final AtomicLong replaced = new AtomicLong();
        final List<Thread> threads = new ArrayList<>();
        final int count = Integer.parseInt(arguments[1]);
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                final Random random = new Random();
                while (running.get()) {
                    replace(AtomicFile.of(file), random);
                    if (replaced.incrementAndGet() == count) {
                        System.out.println("working");
                    }
                }
            }));
        }
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
        running.set(false);
        for (final Thread thread : threads) {
            thread.join();
        }
        System.out.println("replaced " + replaced.get());
    }

    private static void replace(final AtomicFile file, final Random random) {
        final byte[] content = Sealed.content(random);
        try (AtomicWriter writer = file.writer()) {
            writer.write(content, 0, content.length / 2);
            // Most deaths find many in the middle, and successors time to start.
            LockSupport.parkNanos(random.nextLong(PAUSE_NANOS_MAX));
            if (random.nextInt(ABANDONED_ONE_IN) > 0) {
                writer.write(content, content.length / 2, content.length - content.length / 2);
                writer.commit();
            }
        }
    }
}
