/**
 * Files with anything in them. Depends on the channel's API, on the machine in memory of
 * {@link org.fencepost.ipc.disk}, on Jazzer and on JUnit.
 */
package org.fencepost.ipc.tests.fuzz;
