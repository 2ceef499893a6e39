/**
 * The protocol: claiming, committing, reading, repairing, cleaning. docs/protocol.md states it;
 * the comments here name its steps.
 *
 * <p>Works on {@link org.fencepost.ipc.memory.SharedMemory}, kernel locks behind
 * {@link org.fencepost.ipc.log.Members} and segments behind
 * {@link org.fencepost.ipc.log.SegmentMap}, so that the tests can run the same code over simulated
 * ones. Knows nothing of files. Main types: {@link org.fencepost.ipc.log.Log} (what the endpoints of a
 * handle share), {@link org.fencepost.ipc.log.Claimer}, {@link org.fencepost.ipc.log.LogReader},
 * {@link org.fencepost.ipc.log.Cleaner}.
 */
package org.fencepost.ipc.log;
