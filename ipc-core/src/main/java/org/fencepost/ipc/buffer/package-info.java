/**
 * Agrona's buffer interfaces without a JVM flag.
 */
package org.fencepost.ipc.buffer;
