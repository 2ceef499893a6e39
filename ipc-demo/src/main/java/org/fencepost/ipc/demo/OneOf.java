package org.fencepost.ipc.demo;

import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;

/** Options of which at most one may be typed. */
public abstract class OneOf extends Arguments {
    private final ArgGroupSpec.Builder group = ArgGroupSpec.builder();

    /** For those that have some. */
    protected OneOf() {
    }

    @Override
    final void add(final ArgSpec declared) {
        group.addArg(declared);
    }

    @Override
    final void add(final ArgGroupSpec declared) {
        group.addSubgroup(declared);
    }

    final ArgGroupSpec group() {
        return group.build();
    }
}
