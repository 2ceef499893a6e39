package org.fencepost.ipc.tests.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Lives the life of a journal in one thread, whose number it says first, as often as it is told to: for each
 * line with a directory, a call and an error, which somebody else makes this thread meet meanwhile.
 */
public final class FaultedProcess {
    private FaultedProcess() {
    }

    /** In that directory once before, so that nothing but the journal's calls is left. */
    public static void main(final String... arguments) throws IOException {
        live(Path.of(arguments[0]), "nothing", Fault.EIO);
        // Its last part is the number of this thread.
        System.out.println(
            "THREAD " + Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName());
        final BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            final String[] words = line.split(" ");
            try {
                live(Path.of(words[0]), words[1], Fault.valueOf(words[2]));
                System.out.println("LIVED");
            } catch (final RuntimeException | AssertionError flaw) {
                System.out.println("FLAW " + flaw.toString().replace('\n', ' ') + " at "
                    + flaw.getStackTrace()[0]);
            }
            line = lines.readLine();
        }
    }

    private static void live(final Path directory, final String call, final Fault fault) {
        new FailingRun(new RealWorld(directory, call), fault).run();
    }
}
