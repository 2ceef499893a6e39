package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every call of a journal's life fails in turn, with every error. */
class FailingCallsTest {
    @Test
    void shouldSayWhatFailedAndGoOnWhenAnyCallFails() {
        final int calls = new FailingRun(-1, FailingRun.Errno.EIO).run();
        assertTrue(calls > 100, calls + " calls");
        final List<String> flaws = new ArrayList<>();
        for (int call = 0; call < calls; call++) {
            for (final FailingRun.Errno errno : FailingRun.Errno.values()) {
                try {
                    new FailingRun(call, errno).run();
                } catch (final AssertionError flaw) {
                    flaws.add(flaw.getMessage());
                } catch (final RuntimeException unexpected) {
                    flaws.add("call " + call + " with " + errno + ": " + unexpected);
                }
            }
        }
        assertTrue(flaws.isEmpty(), () -> flaws.size() + " flaws: " + String.join("\n", flaws));
        System.out.println(calls + " calls failed with each of "
            + FailingRun.Errno.values().length + " errors");
    }
}
