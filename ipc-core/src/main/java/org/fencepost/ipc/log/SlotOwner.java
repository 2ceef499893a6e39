package org.fencepost.ipc.log;

import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * What only the handle that has a publisher slot can tell: to the kernel, and so to everybody else, a
 * process is alive whatever becomes of its threads. Any thread asks.
 *
 * @param heals      resolves the claim at a position if its thread has ended; whether there was one.
 * @param threadName of the thread that claimed last, if any has.
 */
public record SlotOwner(LongPredicate heals, Supplier<Optional<String>> threadName) {
}
