package org.fencepost.ipc.demo;

import picocli.CommandLine.Model.OptionSpec;

/** An option without a value. */
public final class Flag {
    private final OptionSpec option;

    Flag(final OptionSpec option) {
        this.option = option;
    }

    /** Whether it was typed. */
    public boolean isSet() {
        return Boolean.TRUE.equals(option.getValue());
    }
}
