package org.fencepost.ipc.mutants;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs tests in this JVM until one fails. Arguments: packages and classes; {@code +tag} and
 * {@code -tag} for what is taken in and left out; {@code !Name} for a class that is left out. Says
 * where it is, so that whoever waits for it knows what hangs. The status is 1 if one failed.
 */
public final class TestRun implements TestExecutionListener {
    private int tests;

    private TestRun() {
    }

    /** See above. */
    public static void main(final String[] arguments) {
        final List<DiscoverySelector> selectors = new ArrayList<>();
        final LauncherDiscoveryRequestBuilder builder = LauncherDiscoveryRequestBuilder.request()
            .filters(ClassNameFilter.includeClassNamePatterns(".*Test"));
        for (final String argument : arguments) {
            final String rest = argument.substring(1);
            switch (argument.charAt(0)) {
                case '+' -> builder.filters(TagFilter.includeTags(rest));
                case '-' -> builder.filters(TagFilter.excludeTags(rest));
                case '!' -> builder.filters(
                    ClassNameFilter.excludeClassNamePatterns(".*\\." + rest));
                default -> selectors.add(
                    Character.isUpperCase(argument.charAt(argument.lastIndexOf('.') + 1))
                        ? selectClass(argument) : selectPackage(argument));
            }
        }
        final LauncherDiscoveryRequest request = builder.selectors(selectors).build();
        final TestRun run = new TestRun();
        LauncherFactory.create().execute(request, run);
        System.out.println("RAN " + run.tests);
        // Threads of a test may still run.
        Runtime.getRuntime().halt(0);
    }

    @Override
    public void executionStarted(final TestIdentifier test) {
        if (test.isTest()) {
            tests++;
            System.out.println("AT " + name(test));
        }
    }

    @Override
    public void executionFinished(final TestIdentifier test, final TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            result.getThrowable().ifPresent(error -> error.printStackTrace(System.out));
            System.out.println("FAILED " + name(test));
            System.out.flush();
            // Not exit: what a faulty product has left behind may hang there.
            Runtime.getRuntime().halt(1);
        }
    }

    private static String name(final TestIdentifier test) {
        return test.getSource().filter(MethodSource.class::isInstance).map(source -> {
            final MethodSource method = (MethodSource) source;
            final String type = method.getClassName();
            return type.substring(type.lastIndexOf('.') + 1) + "." + method.getMethodName();
        }).orElseGet(test::getDisplayName);
    }
}
