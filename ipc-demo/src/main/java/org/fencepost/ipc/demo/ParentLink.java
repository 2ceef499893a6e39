package org.fencepost.ipc.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.fencepost.ipc.os.Reason;

/**
 * A child's side of its line to the process that started it. Lines are a word, and after a blank
 * what it is about. The parent's arrive on standard input, the child's go to standard output.
 *
 * <pre>
 *   producer -> JOINED clock textBytesMax     consumer -> JOINED clock
 *   parent   -> START spot, share
 *                                             consumer -> PROGRESS messages bytes, now and then
 *   producer -> DONE json
 *                                             parent   -> FINISH
 *                                             consumer -> DONE json
 * </pre>
 *
 * If one producer is to be killed, it claims and says so instead of being done, and the others keep
 * their last message until then, so that something follows the claim. When every consumer stands
 * before the claim, each is told to watch for the next message, and answers before the kill.
 *
 * <pre>
 *   producer -> CLAIMED position json         parent   -> WATCH
 *   parent   -> GO_ON, to the others          consumer -> WATCHING messages
 * </pre>
 *
 * The end of standard input means that the parent is gone, however it went: the child removes the
 * ring and ends at once.
 */
final class ParentLink {
    static final String JOINED = "JOINED";
    static final String START = "START";
    static final String PROGRESS = "PROGRESS";
    static final String FINISH = "FINISH";
    static final String DONE = "DONE";
    static final String CLAIMED = "CLAIMED";
    static final String GO_ON = "GO_ON";
    static final String WATCH = "WATCH";
    static final String WATCHING = "WATCHING";

    /** Exit code of a child whose parent is gone; nobody is there to see it. */
    private static final int EXIT_ORPHANED = 3;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    ParentLink(final ChannelPlace place) {
        final Thread listener = new Thread(() -> listen(place), "parent-link");
        listener.setDaemon(true);
        listener.start();
    }

    /** Tells the parent something. */
    void say(final String word, final Object about) {
        System.out.println(word + " " + about);
        System.out.flush();
    }

    /** Waits for the parent's next line. */
    String nextLine() throws InterruptedException {
        return lines.take();
    }

    /** Whether the parent has sent a line that has not been taken. */
    boolean hasLine() {
        return !lines.isEmpty();
    }

    private void listen(final ChannelPlace place) {
        try {
            final BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
            place.removeRing();
        } catch (final IOException e) {
            System.err.println("the line to the parent broke: " + Reason.of(e));
        } finally {
            // Not exit: a shutdown would wait for nothing that matters, and nobody waits for it.
            Runtime.getRuntime().halt(EXIT_ORPHANED);
        }
    }
}
