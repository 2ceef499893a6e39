package org.fencepost.ipc.mutants;

import java.nio.file.Path;

/**
 * Where the suite is.
 *
 * @param root          the project.
 * @param java          the launcher of the JVM.
 * @param classPath     of the tests' module, behind its own classes.
 * @param schedules     of each scenario.
 * @param stressOptions of the stress tests.
 */
record Suite(Path root, Path java, String classPath, long schedules, String stressOptions) {

    Path sources() {
        return root.resolve("ipc-core/src/main/java/org/fencepost/ipc");
    }

    Path mutants() {
        return root.resolve("ipc-tests/src/test/mutants");
    }

    Path product() {
        return root.resolve("ipc-core/target/classes");
    }

    Path coreTests() {
        return root.resolve("ipc-core/target/test-classes");
    }

    Path tests() {
        return root.resolve("ipc-tests/target/test-classes");
    }

    Path scratch() {
        return root.resolve("ipc-tests/target/mutants");
    }
}
