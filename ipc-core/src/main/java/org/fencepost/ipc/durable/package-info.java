/**
 * Files that get their name when they are whole: temporary names, the locks that tell the living
 * from the dead, and the removal of what the dead left. Channels and the files of users are made
 * with it.
 *
 * <p>Depends on {@code org.fencepost.ipc.os}. Main types:
 * {@link org.fencepost.ipc.durable.Temporary} and {@link org.fencepost.ipc.durable.Leftovers}.
 */
package org.fencepost.ipc.durable;
