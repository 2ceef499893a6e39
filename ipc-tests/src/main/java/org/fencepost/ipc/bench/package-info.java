/**
 * The peers' benchmark: Fencepost and what else moves messages between JVMs of one host, each
 * through the same loops, on the same cores, in the same minutes.
 *
 * <p>{@link org.fencepost.ipc.bench.Benchmark} starts new JVMs for each run and measures nothing
 * itself. {@link org.fencepost.ipc.bench.RunProcess} is what runs in them; it plays a part of one
 * {@link org.fencepost.ipc.bench.Measure} with one {@link org.fencepost.ipc.bench.Contender}, so
 * that no contender's types disturb how another one is compiled. To add either, implement it and
 * list it in {@link org.fencepost.ipc.bench.Measures} or
 * {@link org.fencepost.ipc.bench.Contenders}.
 *
 * <p>{@link org.fencepost.ipc.bench.FileBenchmark} measures how files are written, read and
 * searched, beside the JDK's means and the programs of the system.
 *
 * <p>May depend on everything that is measured, on HdrHistogram, Jackson and XChart.
 */
package org.fencepost.ipc.bench;
