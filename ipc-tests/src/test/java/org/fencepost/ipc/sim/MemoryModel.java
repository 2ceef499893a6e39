package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * What a load may see and where a store ends up. As weak as the access modes allow, as far as
 * described here, and never weaker.
 *
 * <p>Each aligned 8-byte word keeps its last values in one coherence order, and each thread knows
 * how many steps of which thread happened before its own next step. A load returns any value that
 * is not older than the newest one of that word that its thread wrote, saw, or knows somebody else
 * to have written or seen. A store goes behind the newest value that its thread knows, and perhaps
 * before newer ones that it does not know. A release store hands all that its thread knows to
 * whoever acquires the value; a store-store fence makes later stores hand on what was known at the
 * fence (it is taken for a release fence, so a load that sinks behind a store across it is not
 * shown); an acquire fence turns what earlier weak loads saw into knowledge; a full fence is both
 * and learns from and teaches all other full fences. Compare-and-exchange is atomic, acquires and
 * releases, and orders nothing beyond that.
 *
 * <p>So it shows: loads that are satisfied early (load-load), stores that become visible late or
 * out of order (store-store, store-load), also to some threads before others, a
 * compare-and-exchange that overtakes somebody's buffered store, and in {@linkplain #abandon a
 * death} stores that were executed behind others that were not. It does not show: stores made
 * before an earlier load of the same thread (load-store), values out of thin air, plain loads of
 * one word going backwards, tearing within an aligned word, values older than the last few of a
 * word. In the place of load-store reordering it checks for races: where the memory's owner asks
 * for it, plain stores must be ordered with the plain loads of
 * {@linkplain SimulatedThread#withOrderedPlainReads threads that ask for it} and with plain stores
 * of other threads.
 *
 * <p>An old value is only ever returned with a probability below one, so waiting ends.
 */
final class MemoryModel {
    private final Simulation simulation;
    private final int[] fenceKnowledge = new int[Simulation.THREADS_MAX];

    /** How a load or store is ordered. */
    enum Mode { PLAIN, OPAQUE, ORDERED }

    MemoryModel(final Simulation simulation) {
        this.simulation = simulation;
    }

    /** Which of the word's values a load returns, as its place in the coherence order. */
    int load(
        final SimulatedThread thread, final Word word, final Mode mode, final boolean raceChecked) {
        int order = word.count() - 1;
        if (thread == null) {
            return order;
        }
        if (order > 0 && simulation.wantsStale()) {
            final int oldest = word.oldestVisible(thread.index, thread.knowledge);
            order = oldest + simulation.random(word.count() - oldest);
        }
        see(thread, word, order, mode == Mode.ORDERED);
        if (mode == Mode.PLAIN && raceChecked && thread.ordersPlainReads) {
            word.plainRead(thread.index, thread.knowledge[thread.index]);
        }
        return order;
    }

    /** Stores the masked bits; returns how many values they went before. */
    int store(
        final SimulatedThread thread, final Word word, final long bits, final long mask,
        final Mode mode, final boolean raceChecked) {
        final Word.Value stored = new Word.Value(bits, mask);
        stored.plain = mode == Mode.PLAIN;
        int order = word.count();
        if (thread != null) {
            if (stored.plain && raceChecked) {
                checkRaces(thread, word);
            }
            write(thread, stored);
            stored.released = mode == Mode.ORDERED
                ? thread.knowledge.clone() : inherited(thread, word);
            if (order > 1 && simulation.wantsReorder()) {
                final int oldest = word.oldestVisible(thread.index, thread.knowledge) + 1;
                final int drawn = oldest + simulation.random(word.count() + 1 - oldest);
                if (word.admitsBefore(drawn)) {
                    order = drawn;
                }
            }
            thread.recentStores.add(new SimulatedThread.Store(word, stored, mode == Mode.ORDERED));
        }
        final int overtaken = word.count() - order;
        word.insert(order, stored);
        // What was stored outside of all threads, before they began, is known to each.
        word.sighted(thread == null ? 0 : thread.index, stored.clock, stored);
        return overtaken;
    }

    /** What the word held; it holds {@code bits} directly after that if it was as expected. */
    long exchange(
        final SimulatedThread thread, final Word word, final long expected, final long bits) {
        int order = word.count() - 1;
        if (thread != null && simulation.wantsReorder()) {
            // It may come before stores of others that are still on their way.
            final int oldest = word.oldestVisible(thread.index, thread.knowledge);
            final int drawn = oldest + simulation.random(word.count() - oldest);
            if (word.admitsBefore(drawn + 1)) {
                order = drawn;
            }
        }
        final long found = word.value(order).whole;
        if (thread != null) {
            see(thread, word, order, true);
        }
        if (found == expected) {
            final Word.Value stored = new Word.Value(bits, -1L);
            stored.exchanged = true;
            if (thread != null) {
                write(thread, stored);
                stored.released = thread.knowledge.clone();
                thread.recentStores.clear();
            }
            word.insert(order + 1, stored);
            word.sighted(thread == null ? 0 : thread.index, stored.clock, stored);
        }
        return found;
    }

    void fullFence(final SimulatedThread thread) {
        thread.acquireFence();
        SimulatedThread.learn(thread.knowledge, fenceKnowledge);
        SimulatedThread.learn(fenceKnowledge, thread.knowledge);
        thread.storeFence();
    }

    /**
     * The thread has died between two steps. What it stored since its last barrier may be lost
     * where that is what a compiler could have made of the program by moving stores: never a store
     * that somebody has seen, nor one that a kept store is ordered behind.
     */
    void abandon(final SimulatedThread thread) {
        final List<SimulatedThread.Store> stores = thread.recentStores;
        boolean keepsAll = simulation.random(2) == 0;
        final List<Word> kept = new ArrayList<>();
        for (int i = stores.size() - 1; i >= 0; i--) {
            final SimulatedThread.Store store = stores.get(i);
            final Word.Value value = store.value();
            if (keepsAll || value.observed || value.order <= 0 || kept.contains(store.word())
                || simulation.random(2) == 0) {
                kept.add(store.word());
                // Whatever the thread did before a release store had to be there before it.
                keepsAll |= store.release();
            } else {
                store.word().remove(value);
                simulation.note(
                    "lost in the death of " + thread + ": 0x" + Long.toHexString(value.bits));
            }
        }
        stores.clear();
    }

    private static void write(final SimulatedThread thread, final Word.Value stored) {
        stored.thread = thread.index;
        stored.clock = thread.knowledge[thread.index];
    }

    /** What a weak store hands on: the last fence's knowledge and that of a release store below. */
    private static int[] inherited(final SimulatedThread thread, final Word word) {
        for (int i = word.count() - 1; i >= 0; i--) {
            final Word.Value earlier = word.value(i);
            if (earlier.thread == thread.index && earlier.released != null) {
                final int[] joined = earlier.released.clone();
                SimulatedThread.learn(joined, thread.fencedKnowledge);
                return joined;
            }
        }
        return thread.fencedKnowledge;
    }

    private static void see(
        final SimulatedThread thread, final Word word, final int order, final boolean acquire) {
        long covered = 0;
        for (int i = order; i >= 0 && covered != -1L; i--) {
            final Word.Value value = word.value(i);
            if ((value.mask & ~covered) != 0) {
                if (value.thread != thread.index) {
                    value.observed = true;
                }
                if (acquire) {
                    SimulatedThread.learn(thread.knowledge, value.released);
                } else {
                    thread.learnLater(value.released);
                }
                covered |= value.mask;
            }
        }
        word.sighted(thread.index, thread.knowledge[thread.index], word.value(order));
    }

    private void checkRaces(final SimulatedThread thread, final Word word) {
        for (int i = 1; i < word.count(); i++) {
            final Word.Value other = word.value(i);
            if (other.plain && other.thread != thread.index
                && other.clock > thread.knowledge[other.thread]) {
                throw race(thread, "store", other.thread);
            }
        }
        for (int other = 1; other < Simulation.THREADS_MAX; other++) {
            if (other != thread.index && word.plainRead(other) > thread.knowledge[other]) {
                throw race(thread, "load", other);
            }
        }
    }

    private SimulationFailure race(
        final SimulatedThread thread, final String what, final int other) {
        return simulation.failure("race: a plain store of " + thread + " is not ordered with an"
            + " earlier plain " + what + " of " + simulation.thread(other), null);
    }
}
