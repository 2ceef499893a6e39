package org.fencepost.ipc.sim;

import java.util.Arrays;

/**
 * The values that one aligned 8-byte word has had, oldest first, in the one order on which all
 * threads agree (its coherence order), and which thread has seen or written which of them when.
 *
 * <p>Only the last {@value #HISTORY} values are kept. Forgetting an older one means that it can no
 * longer be loaded, which makes the simulated memory stronger and never weaker.
 */
final class Word {
    private static final int HISTORY = 6;

    private Value[] values = new Value[2];
    private int count = 1;

    private int[] sightingThreads = new int[4];
    private int[] sightingClocks = new int[4];
    private Value[] sightings = new Value[4];
    private int sightingCount;

    private int[] plainReads;

    Word() {
        final Value zero = new Value(0, -1L);
        zero.thread = 0;
        values[0] = zero;
    }

    /** What one store left in the word. */
    static final class Value {
        final long bits;
        final long mask;
        /** The whole word once this store and all before it have been applied. */
        long whole;
        int thread;
        int clock;
        /** What a thread that acquires this value learns, or null. */
        int[] released;
        /** Stored by a compare-and-exchange: nothing may come between it and its predecessor. */
        boolean exchanged;
        boolean plain;
        /** Some other thread has seen it, so it cannot be lost in its writer's death. */
        boolean observed;
        /** Index among the word's values, negative once it is forgotten. */
        int order;

        Value(final long bits, final long mask) {
            this.bits = bits;
            this.mask = mask;
            whole = bits & mask;
        }
    }

    int count() {
        return count;
    }

    Value value(final int order) {
        return values[order];
    }

    Value latest() {
        return values[count - 1];
    }

    /** The oldest value that the thread may still see, given all that happened before its step. */
    int oldestVisible(final int thread, final int[] knowledge) {
        int oldest = 0;
        for (int i = 0; i < sightingCount; i++) {
            final int order = sightings[i].order;
            if (order > oldest
                && (sightingThreads[i] == thread
                    || sightingClocks[i] <= knowledge[sightingThreads[i]])) {
                oldest = order;
            }
        }
        return oldest;
    }

    /** Whether a value may be put directly before the one of that order. */
    boolean admitsBefore(final int order) {
        return order == count || !values[order].exchanged;
    }

    void insert(final int order, final Value value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, count * 2);
        }
        System.arraycopy(values, order, values, order + 1, count - order);
        values[order] = value;
        count++;
        renumber(order);
        if (count > HISTORY) {
            values[0].order = -1;
            System.arraycopy(values, 1, values, 0, count - 1);
            count--;
            values[count] = null;
            renumber(0);
        }
    }

    void remove(final Value value) {
        final int order = value.order;
        System.arraycopy(values, order + 1, values, order, count - order - 1);
        count--;
        values[count] = null;
        value.order = -1;
        renumber(order);
    }

    /** Remembers that a thread has seen or written the value. */
    void sighted(final int thread, final int clock, final Value value) {
        if (value.order <= 0) {
            return;
        }
        for (int i = sightingCount - 1; i >= 0; i--) {
            if (sightings[i] == value && sightingThreads[i] == thread) {
                return;
            }
        }
        if (sightingCount == sightings.length) {
            forgetSightings();
        }
        sightingThreads[sightingCount] = thread;
        sightingClocks[sightingCount] = clock;
        sightings[sightingCount] = value;
        sightingCount++;
    }

    /** The latest plain load of a thread, by its clock; zero if there was none. */
    int plainRead(final int thread) {
        return plainReads == null ? 0 : plainReads[thread];
    }

    void plainRead(final int thread, final int clock) {
        if (plainReads == null) {
            plainReads = new int[Simulation.THREADS_MAX];
        }
        plainReads[thread] = clock;
    }

    private void renumber(final int from) {
        long whole = from == 0 ? 0 : values[from - 1].whole;
        for (int i = from; i < count; i++) {
            final Value value = values[i];
            value.order = i;
            // The oldest one kept already contains whatever was forgotten before it.
            if (i > 0) {
                value.whole = whole & ~value.mask | value.bits & value.mask;
            }
            whole = value.whole;
        }
    }

    private void forgetSightings() {
        int kept = 0;
        for (int i = 0; i < sightingCount; i++) {
            if (sightings[i].order > 0) {
                sightingThreads[kept] = sightingThreads[i];
                sightingClocks[kept] = sightingClocks[i];
                sightings[kept] = sightings[i];
                kept++;
            }
        }
        Arrays.fill(sightings, kept, sightingCount, null);
        sightingCount = kept;
        if (kept == sightings.length) {
            sightingThreads = Arrays.copyOf(sightingThreads, kept * 2);
            sightingClocks = Arrays.copyOf(sightingClocks, kept * 2);
            sightings = Arrays.copyOf(sightings, kept * 2);
        }
    }
}
