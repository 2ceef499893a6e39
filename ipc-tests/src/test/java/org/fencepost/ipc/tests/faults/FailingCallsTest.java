package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every call of a journal's life fails in turn, with every error. */
class FailingCallsTest {
    @Test
    void shouldSayWhatFailedAndGoOnWhenAnyCallFails() {
        final MemoryWorld whole = new MemoryWorld(-1, Fault.EIO);
        new FailingRun(whole, Fault.EIO).run();
        final int calls = whole.calls();
        assertTrue(calls > 100, calls + " calls");
        final List<String> flaws = new ArrayList<>();
        for (int call = 0; call < calls; call++) {
            for (final Fault fault : Fault.values()) {
                try {
                    new FailingRun(new MemoryWorld(call, fault), fault).run();
                } catch (final AssertionError flaw) {
                    flaws.add(flaw.getMessage());
                } catch (final RuntimeException unexpected) {
                    flaws.add("call " + call + " with " + fault + ": " + unexpected);
                }
            }
        }
        assertTrue(flaws.isEmpty(), () -> flaws.size() + " flaws: " + String.join("\n", flaws));
        System.out.println(calls + " calls failed with each of "
            + Fault.values().length + " errors");
    }
}
