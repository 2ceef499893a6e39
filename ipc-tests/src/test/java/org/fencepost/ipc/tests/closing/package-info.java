/**
 * Closing: what is refused afterwards, with which value or exception, and that no order of calls,
 * from any threads, crashes the JVM.
 */
package org.fencepost.ipc.tests.closing;
