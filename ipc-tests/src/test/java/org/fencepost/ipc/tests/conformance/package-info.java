/**
 * What the library promises, checked through its interface only. Tests that make sense for any
 * channel extend {@link org.fencepost.ipc.tests.conformance.ConformanceTest} and run once for every
 * {@link org.fencepost.ipc.tests.conformance.Setup}: ring and journal, within one process and
 * across two. Those of one kind of channel, or of several threads, stand in classes of their own.
 */
package org.fencepost.ipc.tests.conformance;
