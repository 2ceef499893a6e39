package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Something that carries messages from one JVM to another. Needs a constructor without parameters
 * when it is named by its class.
 */
public interface Contender {
    /** What it is called on the command line and in the report. */
    String name();

    /** JVM options that it does not work without, or that make it what its name says. */
    List<String> jvmFlags();

    /** Whether the measure means something for it. */
    default boolean supports(final Measure measure) {
        return true;
    }

    /**
     * The publishing side.
     *
     * @param path    shared by both sides; whoever comes first creates what is missing there.
     * @param payload writes the messages.
     */
    Sender openSender(Path path, Payload payload);

    /**
     * The polling side. It must see every message that is sent after this method has returned.
     *
     * @param path    shared by both sides; whoever comes first creates what is missing there.
     * @param checker must be shown every message, in place where the contender's users read so.
     */
    Receiver openReceiver(Path path, Checker checker);
}
