package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.format.FileHeader;

/** {@code ipc repair}. */
public final class RepairCommand extends VerifyingCommand {
    private static final String NOTHING = "nothing is wrong, nothing to repair";
    private static final String WORDS = "made the positions in the control file again, from the segments";

    private final Flag dryRun = flag("--dry-run", "Say what is wrong and what would be done, and change nothing.");

    /** Whether whoever opens it recovers it first, as it was found last. */
    private boolean recovered;

    /** For the tool. */
    public RepairCommand() {
        super("repair",
            "Verifies a journal, ends a damaged one before the damage, and keeps what it takes away.",
            "What was behind the first damage stays in files beside that nobody reads; positions that contradict each "
                + "other are made again. Use --dry-run first. Refused while anybody has it open. Exit code 1 if "
                + "something is wrong and stays so.");
    }

    @Override
    protected int run(final Output out) throws IOException {
        requireNobody();
        out.holdBack();
        final List<Finding> wrong = findings(!json(), out);
        final List<String> steps = wrong.isEmpty() ? List.of() : steps(wrong);
        final List<Finding> left = wrong.isEmpty() || dryRun.isSet() ? wrong : findings(false, out);
        if (!dryRun.isSet() && !steps.isEmpty()) {
            out.done("repaired all the same: " + String.join("; ", steps));
        }
        print(wrong, steps, left, out);
        return left.isEmpty() ? 0 : ExitCode.FAILED;
    }

    private void print(
        final List<Finding> wrong, final List<String> steps, final List<Finding> left, final Output out) {
        if (json()) {
            out.json(toJson(wrong, steps, left));
        } else if (wrong.isEmpty()) {
            out.line(NOTHING);
        } else {
            steps.forEach(step -> out.line((dryRun.isSet() ? "would " : "repaired: ") + step));
            if (!dryRun.isSet()) {
                left.forEach(finding -> VerifyOutput.print("STILL WRONG: ", finding, out));
            }
        }
    }

    /** What is done, or would be. */
    private List<String> steps(final List<Finding> wrong) {
        try {
            if (dryRun.isSet()) {
                return plan(wrong, Channels.examine(path()));
            }
            final List<String> done = Channels.repair(path()).steps();
            return !done.isEmpty() ? done : isTorn(wrong) ? List.of(WORDS)
                : isMarked(wrong) ? List.of("looked again, and found nothing damaged") : done;
        } catch (final ChannelDamagedException beyondRepair) {
            throw new CommandFailedException(beyondRepair.getMessage() + "; that is not to be"
                + " repaired: restore the file from a copy, or move it away if it is a segment, and"
                + " repair again: then the log ends before it", beyondRepair);
        }
    }

    /** What another version has made is not damaged, and nothing of it is to be moved away. */
    private boolean isOfAnotherVersion() throws IOException {
        if (!new ChannelFiles(path()).exist()) {
            return false;
        }
        final SharedWords words = new SharedWords(path());
        return words.magic() == FileHeader.MAGIC && words.version() != FileHeader.VERSION;
    }

    private void requireNobody() throws IOException {
        final List<String> users;
        try {
            users = ChannelFiles.users(path());
        } catch (final ChannelDamagedException unknown) {
            if (isOfAnotherVersion()) {
                throw unknown;
            }
            // The locks tell when they are to be taken.
            return;
        }
        if (!users.isEmpty()) {
            throw new CommandFailedException(path() + " is not repaired while it is in use by "
                + String.join(", ", users) + "; let them end first");
        }
    }

    private List<Finding> findings(final boolean shown, final Output out) throws IOException {
        try {
            return verified((channel, verification) -> {
                if (shown) {
                    new VerifyOutput(path(), channel, verification).print(out);
                }
                recovered = verification.isRecoveredWhenOpened();
                return verification.findings();
            });
        } catch (final ChannelDamagedException notEvenOpened) {
            final Finding finding = Finding.of(Finding.Kind.WORDS, notEvenOpened.getMessage());
            if (shown) {
                VerifyOutput.print(VerifyOutput.WRONG, finding, out);
            }
            return List.of(finding);
        }
    }

    private List<String> plan(final List<Finding> wrong, final RepairReport report) {
        if (report.damagedPosition().isEmpty()) {
            return List.of(!report.wrongWords().isEmpty()
                ? "make the positions in the control file again, from the segments"
                : isTorn(wrong)
                ? "cut off the end that does not check out, as whoever opens it does, and keep it"
                    + " in a file beside"
                : isMarked(wrong) ? "look again, as whoever opens it does, and find nothing damaged"
                : recovered ? "recover it, as whoever opens it does, which moves named cursors beyond its end back"
                    + " to that; what else is wrong can only be restored from a copy"
                : "change nothing: what is wrong can only be restored from a copy");
        }
        final long end = report.damagedPosition().getAsLong();
        final String step = "end the log at position " + end + ", and keep what is behind that in"
            + " files that begin with cut-, which nobody reads";
        return List.of(wrong.stream()
            .filter(one -> one.kind() == Finding.Kind.UNREACHABLE && one.from() > end).findFirst()
            .map(behind -> step + "; to have the messages behind it as well, first: ipc export "
                + inShell(path().toString()) + " --from " + behind.from() + " | ipc import OTHER --create")
            .orElse(step));
    }

    private static boolean isTorn(final List<Finding> wrong) {
        return wrong.stream().anyMatch(finding -> finding.kind() == Finding.Kind.TORN);
    }

    /** Whether whoever opened it last has found damage, which may be restored since: that has no place in the log. */
    private static boolean isMarked(final List<Finding> wrong) {
        return wrong.stream().anyMatch(
            finding -> finding.kind() == Finding.Kind.DAMAGED && finding.from() == Finding.NOWHERE);
    }

    /** As it has to be typed to mean that path. */
    private static String inShell(final String path) {
        final String word = path.startsWith("-") ? "./" + path : path;
        return word.matches("[\\w./+,:@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private ObjectNode toJson(
        final List<Finding> wrong, final List<String> steps, final List<Finding> left) {
        final ObjectNode object = JsonNodeFactory.instance.objectNode()
            .put("path", path().toString()).put("dryRun", dryRun.isSet());
        final ArrayNode problems = object.putArray("problems");
        wrong.forEach(finding -> problems.add(finding.toJson()));
        final ArrayNode done = object.putArray("steps");
        steps.forEach(done::add);
        final ArrayNode remaining = object.putArray("left");
        left.forEach(finding -> remaining.add(finding.toJson()));
        return object;
    }
}
