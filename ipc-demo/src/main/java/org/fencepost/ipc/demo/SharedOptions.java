package org.fencepost.ipc.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Options that are the same in several commands, among others of theirs. */
public abstract class SharedOptions extends Arguments {
    private final ToolCommand command;
    private final List<ArgSpec> own = new ArrayList<>();

    /** Those of this command. */
    protected SharedOptions(final ToolCommand command) {
        this.command = command;
    }

    @Override
    final void add(final ArgSpec declared) {
        own.add(declared);
        command.add(declared);
    }

    @Override
    final void add(final ArgGroupSpec declared) {
        own.addAll(declared.args());
        command.add(declared);
    }

    /** The name of the first of these options that was typed. */
    protected final Optional<String> typed() {
        for (final OptionSpec option : command.spec().commandLine().getParseResult().matchedOptions()) {
            if (own.contains(option)) {
                return Optional.of(option.longestName());
            }
        }
        return Optional.empty();
    }

    /** Checks what picocli cannot. */
    protected final void requireRange(final String option, final long value, final long min, final long max) {
        command.requireRange(option, value, min, max);
    }

    /** The command line is wrong. */
    protected final ParameterException wrongUsage(final String message) {
        return command.wrongUsage(message);
    }

    /** The command line is wrong, for this reason. */
    protected final ParameterException wrongUsage(final String message, final Throwable reason) {
        return new ParameterException(command.spec().commandLine(), message, reason);
    }
}
