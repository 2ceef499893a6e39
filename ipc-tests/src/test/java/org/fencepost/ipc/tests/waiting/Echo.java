package org.fencepost.ipc.tests.waiting;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A child that answers each message, and sleeps in between. */
final class Echo {
    private Echo() {
    }

    public static void main(final String[] arguments) throws Exception {
        final Path directory = Path.of(arguments[0]);
        final Thread main = Thread.currentThread();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (final IOException gone) {
                main.interrupt();
            }
            // The parent has gone, and nobody wakes this one.
            Runtime.getRuntime().halt(0);
        });
        try (Sides sides = new Sides(directory, Sides.BACK, Sides.THERE)) {
            System.out.println("READY");
            final SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
            long value = sides.receive(random.nextInt());
            while (value >= 0) {
                WaitingRun.pause(random);
                sides.send(value);
                value = sides.receive(random.nextInt());
            }
        }
    }
}
