package org.fencepost.ipc.tests.faults;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Lives the life of a journal in one thread, whose number it says first, as often as it is told to:
 * for each line with a directory, a call and an error, which somebody else makes this thread meet
 * meanwhile.
 */
public final class FaultedProcess {
    private FaultedProcess() {
    }

    /** In that directory once before, so that nothing but the journal's calls is left. */
    public static void main(final String... arguments) throws Exception {
        final ExecutorService one = Executors.newSingleThreadExecutor();
        // The last part of the name is the number of that thread.
        System.out.println("THREAD " + one.submit(() -> {
            live(Path.of(arguments[0]), "nothing", Fault.EIO);
            return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
        }).get());
        final BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            final String[] words = line.split(" ");
            try {
                one.submit(() ->
                    live(Path.of(words[0]), words[1], Fault.valueOf(words[2]))).get();
                System.out.println("LIVED");
            } catch (final ExecutionException flaw) {
                System.out.println("FLAW " + flaw.getCause().toString().replace('\n', ' ') + " at "
                    + flaw.getCause().getStackTrace()[0]);
            }
            line = lines.readLine();
        }
        one.shutdown();
    }

    private static void live(final Path directory, final String call, final Fault fault) {
        new FailingRun(new RealWorld(directory, call), fault).run();
    }
}
