/**
 * The commands {@code ipc file ...}: {@link org.fencepost.ipc.file} from a shell.
 *
 * <p>{@link org.fencepost.ipc.demo.file.FileCommand} names them. They replace a file as a whole
 * ({@code WholeFileCommand}), change one that others depend on ({@code GuardedCommand}), or read.
 */
package org.fencepost.ipc.demo.file;
