/**
 * Files that are never half-written.
 *
 * <p>{@link org.fencepost.ipc.file.AtomicFile} replaces a file as a whole, so that every reader in
 * every process sees what was there or what is there now, and so that a crash leaves one of the
 * two. What is promised on which file system is in docs/files.md.
 *
 * <p>{@link org.fencepost.ipc.file.GuardedFile} makes changes exclusive, validated, compared and
 * reversible. {@link org.fencepost.ipc.file.FileSearch} and
 * {@link org.fencepost.ipc.file.FileRecords} read files of any size where the kernel has them.
 *
 * <p>Depends on {@code org.fencepost.ipc.durable}, {@code org.fencepost.ipc.os}, the JDK and slf4j only, and in
 * {@link org.fencepost.ipc.file.JacksonFiles} on Jackson, which is optional.
 */
package org.fencepost.ipc.file;
