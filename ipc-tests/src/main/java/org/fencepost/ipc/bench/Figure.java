package org.fencepost.ipc.bench;

/**
 * What one number of a measure is called and how it is shown.
 *
 * @param name       in JSON, the unit last.
 * @param head       in tables; empty if it is in JSON and plots only.
 * @param decimals   in tables.
 * @param percentile from 0 to 100, of a distribution; NaN for any other number.
 */
record Figure(String name, String head, int decimals, double percentile) {
    static Figure of(final String name, final String head, final int decimals) {
        return new Figure(name, head, decimals, Double.NaN);
    }

    boolean isInTables() {
        return !head.isEmpty();
    }

    boolean isPercentile() {
        return !Double.isNaN(percentile);
    }
}
