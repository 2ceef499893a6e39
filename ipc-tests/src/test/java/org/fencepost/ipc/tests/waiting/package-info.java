/** Sleepers and those who wake them, in processes of their own. */
package org.fencepost.ipc.tests.waiting;
