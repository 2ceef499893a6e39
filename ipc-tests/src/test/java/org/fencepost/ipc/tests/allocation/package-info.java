/**
 * Publishing and polling allocate nothing once they are warm, measured by the JVM's own count for
 * the thread.
 */
package org.fencepost.ipc.tests.allocation;
