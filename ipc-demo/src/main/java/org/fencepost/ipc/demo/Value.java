package org.fencepost.ipc.demo;

import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;

/**
 * What was typed for an option or a parameter, or else its default.
 *
 * @param <T> what it is.
 */
public final class Value<T> {
    private final ArgSpec argument;

    Value(final ArgSpec argument) {
        this.argument = argument;
    }

    /** The value of one that has to be typed or has a default. */
    public T get() {
        return find().orElseThrow();
    }

    /** The value, or this one without any. */
    public T or(final T other) {
        return find().orElse(other);
    }

    /** The value, if there is one. */
    public Optional<T> find() {
        return Optional.ofNullable(argument.getValue());
    }

    /** Whether there is one. */
    public boolean isSet() {
        return find().isPresent();
    }
}
