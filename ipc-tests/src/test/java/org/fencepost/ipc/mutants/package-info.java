/**
 * The suite run against faults that were put into the product by hand, one at a time: the command
 * {@code ipc-tests/mutants}. The faults are the files of {@code src/test/mutants}.
 */
package org.fencepost.ipc.mutants;
