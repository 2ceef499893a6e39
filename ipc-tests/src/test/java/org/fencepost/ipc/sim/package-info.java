/**
 * A deterministic simulation of several processes on one shared memory.
 *
 * <p>{@link org.fencepost.ipc.sim.SimulatedMemory} takes the place of mapped files: each access to
 * it is a step of a {@link org.fencepost.ipc.sim.Simulation}, which decides from a seed whose step
 * is next, which value of a word a load may still see, where a store ends up among those of other
 * threads, and when a process dies. Whatever fails is repeated by its seed. The memory model's own
 * litmus programs and a toy protocol with a known mistake test the machinery itself.
 *
 * <p>Depends on the core's packages and, for its threads, on {@code jdk.internal.vm.Continuation},
 * which the build exports to the tests of this module and to nobody else.
 */
package org.fencepost.ipc.sim;
