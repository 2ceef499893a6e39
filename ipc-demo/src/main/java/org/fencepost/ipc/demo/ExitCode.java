package org.fencepost.ipc.demo;

/**
 * Exit codes of all commands; 0 says that it went well. What went wrong is one line on standard
 * error.
 */
public final class ExitCode {
    /** A command did not do what it was asked for, or found nothing, or something wrong. */
    public static final int FAILED = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** Interrupted by SIGINT, as shells number it. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {
    }
}
