package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * The main class of a process in which threads read and write through windows while these are
 * mapped anew or closed. In a process of its own, because what it looks for is its end.
 * Arguments: platform, directory, {@code replace} or {@code close}.
 */
final class WindowStress {
    private static final int SLOT_BYTES = 1 << 16;
    private static final int ROUNDS = 100;
    private static final int ACCESSES_BETWEEN = 2_000;

    private final Platform platform;
    private final SharedMemory memory;
    private final Path file;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final LongAdder accesses = new LongAdder();
    private volatile long address;
    private volatile boolean done;

    private WindowStress(final Platform platform, final Path directory) throws IOException {
        this.platform = platform;
        this.memory = platform.memory();
        this.file = Files.write(directory.resolve("stress"), new byte[2 * SLOT_BYTES]);
    }

    public static void main(final String[] arguments) throws Exception {
        final WindowStress stress =
            new WindowStress(Platforms.named(arguments[0]), Path.of(arguments[1]));
        stress.run(arguments[2].equals("close"));
        System.out.println("survived");
    }

    private void run(final boolean closing) throws Exception {
        Window window = open();
        final Thread[] threads = {new Thread(this::words), new Thread(this::blocks)};
        for (final Thread thread : threads) {
            thread.start();
        }
        try {
            for (int round = 0; round < ROUNDS && failure.get() == null; round++) {
                awaitAccesses();
                if (closing) {
                    window.close();
                    checkNothingReachesTheFile();
                    window = open();
                } else {
                    window.map(0, file, round % 2 * SLOT_BYTES, true, round % 3 == 0);
                }
            }
        } finally {
            done = true;
            for (final Thread thread : threads) {
                thread.join();
            }
        }
        if (failure.get() != null) {
            throw new AssertionError("an access failed", failure.get());
        }
    }

    private Window open() throws IOException {
        final Window window = platform.reserve(SLOT_BYTES, 2);
        window.map(0, file, 0, true, false);
        address = window.address(0);
        return window;
    }

    /** The threads still write to the closed window's addresses; the file must not change. */
    private void checkNothingReachesTheFile() throws IOException {
        final byte[] zeros = new byte[2 * SLOT_BYTES];
        Files.write(file, zeros, StandardOpenOption.WRITE);
        awaitAccesses();
        if (!ByteBuffer.wrap(zeros).equals(ByteBuffer.wrap(Files.readAllBytes(file)))) {
            throw new AssertionError("a store reached the file after its window was closed");
        }
    }

    private void awaitAccesses() {
        final long until = accesses.sum() + ACCESSES_BETWEEN;
        while (accesses.sum() < until && failure.get() == null) {
            Thread.yield();
        }
    }

    private void words() {
        loop(() -> {
            for (long offset = 0; offset < SLOT_BYTES; offset += 512) {
                final long word = memory.getLongAcquire(address + offset);
                memory.putLongRelease(address + offset, word + 1);
                memory.compareAndExchangeLong(address + offset + 8, word, word + 1);
                memory.putInt(address + offset + 16, memory.getInt(address + offset + 20) + 1);
            }
        });
    }

    private void blocks() {
        final byte[] bytes = new byte[SLOT_BYTES / 2];
        loop(() -> {
            memory.fill(address, SLOT_BYTES / 2, (byte) 1);
            memory.copyTo(address + 1000, bytes, 0, bytes.length);
            memory.copyFrom(address + 2000, bytes, 0, bytes.length);
            memory.copy(address, address + SLOT_BYTES / 2, SLOT_BYTES / 2);
        });
    }

    private void loop(final Runnable pass) {
        try {
            while (!done) {
                pass.run();
                accesses.add(100);
            }
        } catch (final RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
        }
    }
}
