/**
 * Calls of the operating system that fail, one after the other. Depends on the channel's API, on
 * the machine in memory of {@link org.fencepost.ipc.disk} and on JUnit.
 */
package org.fencepost.ipc.tests.faults;
