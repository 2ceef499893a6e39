package org.fencepost.ipc.bench;

/**
 * One of the sizes that a measure is taken at.
 *
 * @param label        heads its column and names it in files; unique in its measure.
 * @param payloadBytes of every message.
 * @param amount       of what the measure varies besides, in the measure's unit; 0 if nothing.
 */
record Variant(String label, int payloadBytes, long amount) {
    /** A variant that differs from others in the length of its messages only. */
    static Variant ofSize(final int payloadBytes) {
        return new Variant(payloadBytes + " bytes", payloadBytes, 0);
    }
}
