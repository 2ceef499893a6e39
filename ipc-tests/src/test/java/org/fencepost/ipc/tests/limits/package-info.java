/**
 * Limits and what happens at each, and what a channel is: members, names, sizes, positions,
 * directories. Every limit that is passed gives an exception with the number.
 */
package org.fencepost.ipc.tests.limits;
