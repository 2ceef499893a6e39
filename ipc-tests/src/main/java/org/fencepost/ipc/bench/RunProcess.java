package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.List;

/** One of the processes of a run: plays a part of a measure with one contender. */
public final class RunProcess {
    private static final int EXIT_FAILED = 3;

    private RunProcess() {
    }

    /** Takes the part's place among the parts, the contender, the directory, the start and plan. */
    public static void main(final String[] arguments) {
        try {
            final List<String> all = List.of(arguments);
            final RunPlan plan = RunPlan.ofArguments(all.subList(4, all.size()));
            final int place = Integer.parseInt(all.get(0));
            final Part part = plan.measure().parts(plan.variant()).get(place);
            final Contender contender = Contenders.byName(all.get(1));
            final Path directory = Path.of(all.get(2));
            final Run run = new Run(
                plan, contender, directory, part, ControlLine.listen(), Long.parseLong(all.get(3)));
            if (contender instanceof final MessageContender messages) {
                messages.begin(directory, place == 0);
            }
            plan.measure().play(part, run);
            // Whatever threads a contender has left behind.
            System.exit(0);
        } catch (final MismatchException e) {
            ControlLine.say(ControlLine.MISMATCH + e.getMessage());
            Runtime.getRuntime().halt(Benchmark.EXIT_FAILED);
        } catch (final Throwable e) {
            e.printStackTrace();
            ControlLine.say(ControlLine.FAILED + e);
            Runtime.getRuntime().halt(EXIT_FAILED);
        }
    }
}
