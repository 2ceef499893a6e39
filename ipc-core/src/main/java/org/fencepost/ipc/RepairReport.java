package org.fencepost.ipc;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is, or was, wrong with a journal that can only be read, and what repairing it does.
 *
 * @param path            the channel's directory.
 * @param damagedPosition where the first frame is that was on the disk and is not what was published; empty
 *                        if there is none, and then nothing is done.
 * @param durablePosition up to where everything had been on the disk.
 * @param steps           what was done, a sentence each; empty if it was only looked at.
 */
public record RepairReport(
    Path path, OptionalLong damagedPosition, long durablePosition, List<String> steps) {

    /** Copies the list. */
    public RepairReport {
        steps = List.copyOf(steps);
    }

    /** For people. */
    @Override
    public String toString() {
        if (damagedPosition.isEmpty()) {
            return path + ": nothing is damaged up to the durable position " + durablePosition;
        }
        final long position = damagedPosition.getAsLong();
        return path + ": the frame at position " + position + " does not check out, although everything"
            + " below " + durablePosition + " was on the disk; "
            + (steps.isEmpty() ? "to repair it is to end the log there, and to keep what is behind in"
                + " files beside it" : String.join("; ", steps));
    }
}
