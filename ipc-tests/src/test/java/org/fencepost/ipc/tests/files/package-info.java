/**
 * Files under many processes: replacing one at once, dying while at it, running out of descriptors,
 * reading more than the heap holds.
 */
package org.fencepost.ipc.tests.files;
