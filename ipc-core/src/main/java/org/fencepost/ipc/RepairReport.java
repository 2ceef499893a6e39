package org.fencepost.ipc;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is, or was, wrong with a journal, and what repairing it does.
 *
 * @param path            the channel's directory.
 * @param damagedPosition where the first frame is that is not what was published, or its segment is missing;
 *                        empty if there is none.
 * @param durablePosition up to where everything had been on the disk.
 * @param wrongWords      what of the control file contradicts itself; empty if nothing does.
 * @param steps           what was done, a sentence each; empty if it was only looked at.
 */
public record RepairReport(Path path, OptionalLong damagedPosition, long durablePosition,
    String wrongWords, List<String> steps) {

    /** Copies the list. */
    public RepairReport {
        steps = List.copyOf(steps);
    }

    /** Whether there is something to repair. */
    public boolean isDamaged() {
        return damagedPosition.isPresent() || !wrongWords.isEmpty();
    }

    /** For people. */
    @Override
    public String toString() {
        final String done = String.join("; ", steps);
        if (!isDamaged()) {
            return path + ": nothing is damaged" + (steps.isEmpty() ? "" : "; " + done);
        }
        if (damagedPosition.isEmpty()) {
            return path + ": the words of control contradict each other: " + wrongWords + "; "
                + (steps.isEmpty() ? "to repair it is to make them again from the segments" : done);
        }
        final long position = damagedPosition.getAsLong();
        return path + ": the frame at position " + position + " does not check out"
            + (position < durablePosition
                ? ", although everything below " + durablePosition + " was on the disk" : "") + "; "
            + (steps.isEmpty() ? "to repair it is to end the log there, and to keep what is behind in"
                + " files beside it" : done);
    }
}
