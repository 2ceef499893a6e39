package org.fencepost.ipc.demo;

import java.util.List;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Options and parameters, which are fields that are declared in the order in which help shows them. They are made by
 * hand: to read them from annotations would take a quarter of the start of the tool.
 */
public abstract class Arguments {
    /** For those that have some. */
    Arguments() {
    }

    /** Takes what was declared. */
    abstract void add(ArgSpec declared);

    /** Takes what was declared together. */
    abstract void add(ArgGroupSpec declared);

    /** An option without a value. */
    protected final Flag flag(final String name, final String description) {
        return flag(OptionSpec.builder(name).description(description));
    }

    /** An option without a value. */
    protected final Flag flag(final OptionSpec.Builder declared) {
        final OptionSpec option = declared.type(boolean.class).build();
        add(option);
        return new Flag(option);
    }

    /** An option with a value. */
    protected final <T> Value<T> value(final Class<T> type, final OptionSpec.Builder declared) {
        return added(declared.type(type).build());
    }

    /** A parameter, which has to be there unless its arity says otherwise. */
    protected final <T> Value<T> parameter(final Class<T> type, final PositionalParamSpec.Builder declared) {
        return added(declared.type(type).required(declared.arity() == null).build());
    }

    /** Any number of parameters, also none. */
    protected final <T> Value<List<T>> parameters(final Class<T> type, final PositionalParamSpec.Builder declared) {
        return added(declared.type(List.class).auxiliaryTypes(type).arity("0..*").initialValue(List.of()).build());
    }

    /** Options of which at most one may be typed. */
    protected final <T extends OneOf> T oneOf(final T options) {
        add(options.group());
        return options;
    }

    private <T> Value<T> added(final ArgSpec argument) {
        add(argument);
        return new Value<>(argument);
    }
}
