package org.fencepost.ipc.bench;

/** A place in the report's table: one contender, one measure, one size. */
record Cell(Entrant entrant, Measure measure, int payloadBytes) {
}
