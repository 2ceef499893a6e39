package org.fencepost.ipc.os;

/** What the JVM says that it runs on: facts that nobody sets. */
final class Machine {
    /** The operating system. */
    static final String SYSTEM = System.getProperty("os.name");
    /** The processor, by Java's name for it. */
    static final String ARCHITECTURE = System.getProperty("os.arch");

    private Machine() {
    }

    static boolean isLinux() {
        return "Linux".equals(SYSTEM);
    }
}
