package org.fencepost.ipc.bench;

/** A place in the report: one contender, one measure, one variant of it. */
record Cell(Entrant entrant, Measure measure, Variant variant) {
    @Override
    public String toString() {
        return measure.label() + " at " + variant.label() + ": " + entrant.name();
    }
}
