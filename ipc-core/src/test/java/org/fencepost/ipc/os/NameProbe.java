package org.fencepost.ipc.os;

/** The main class of a process that prints the name of the platform it detects, asking twice. */
final class NameProbe {
    private NameProbe() {
    }

    public static void main(final String[] arguments) {
        if (Platform.detect() != Platform.detect()) {
            throw new AssertionError("detect: expected one instance, found two");
        }
        System.out.println(Platform.detect().name());
    }
}
