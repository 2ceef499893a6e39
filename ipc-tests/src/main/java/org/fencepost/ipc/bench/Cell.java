package org.fencepost.ipc.bench;

/** A place in the report: one contender, one measure, one variant of it. */
record Cell(Entrant entrant, Measure measure, Variant variant) {
    /** Whether what it takes depends on how far apart the cores are: it has more than one process. */
    boolean crossesCores() {
        return measure.parts(variant).size() > 1;
    }

    @Override
    public String toString() {
        return measure.label() + " at " + variant.label() + ": " + entrant.name();
    }
}
