/**
 * Several producing and several subscribing JVMs on one channel, each checking what it can check:
 * order, completeness and content per producer.
 */
package org.fencepost.ipc.tests.processes;
