package org.fencepost.ipc.bench;

import java.util.List;

/**
 * Something that is measured. What it can do is said by the interfaces that it implements besides,
 * {@link MessageContender} for one; a measure asks for them. Needs a constructor without parameters
 * when it is named by its class.
 */
public interface Contender {
    /** What it is called on the command line and in the report. */
    String name();

    /** JVM options that it does not work without, or that make it what its name says. */
    default List<String> jvmFlags() {
        return List.of();
    }

    /** How it was set up, for the report; empty if its name says it all. */
    default String settings() {
        return "";
    }
}
