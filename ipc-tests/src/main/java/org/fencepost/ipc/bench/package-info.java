/**
 * The peers' benchmark: Fencepost and what else moves messages between two JVMs of one host, each
 * through the same loops, on the same two cores, in the same minutes.
 *
 * <p>{@link org.fencepost.ipc.bench.Benchmark} starts two JVMs a run and measures nothing itself.
 * {@link org.fencepost.ipc.bench.RunProcess} is what runs in them; it holds exactly one
 * {@link org.fencepost.ipc.bench.Contender}, so that no contender's types disturb how another one
 * is compiled. To add one, implement {@code Contender} and name its class on the command line, or
 * list it in {@link org.fencepost.ipc.bench.Contenders}.
 *
 * <p>{@link org.fencepost.ipc.bench.FileBenchmark} measures how files are searched, beside the
 * JDK's means and the programs of the system.
 *
 * <p>May depend on everything that is measured, on HdrHistogram and on Jackson.
 */
package org.fencepost.ipc.bench;
