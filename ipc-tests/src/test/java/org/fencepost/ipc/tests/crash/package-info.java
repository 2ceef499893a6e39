/**
 * What a disk may hold after a loss of power, and what becomes of it. Depends on the channel's API,
 * on the machine in memory of {@link org.fencepost.ipc.disk} and on JUnit.
 */
package org.fencepost.ipc.tests.crash;
