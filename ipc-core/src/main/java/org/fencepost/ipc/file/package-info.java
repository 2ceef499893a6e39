/**
 * Files that are never half-written.
 *
 * <p>{@link org.fencepost.ipc.file.AtomicFile} replaces a file as a whole, so that every reader in
 * every process sees what was there or what is there now, and so that a crash leaves one of the
 * two. What is promised on which file system is in docs/files.md.
 *
 * <p>{@link org.fencepost.ipc.file.GuardedFile} makes changes exclusive, validated, compared and
 * reversible. {@link org.fencepost.ipc.file.FileSearch} and
 * {@link org.fencepost.ipc.file.FileRecords} read files of any size where the kernel has them; a
 * {@link org.fencepost.ipc.file.RecordHandler} gets what the latter finds.
 *
 * <p>{@link org.fencepost.ipc.file.FileOptions} say how a file is replaced, and
 * {@link org.fencepost.ipc.file.GuardOptions}, with a {@link org.fencepost.ipc.file.Validator}, how it is
 * guarded; a {@link org.fencepost.ipc.file.Replacement} is what became of a guarded change. Content comes from an
 * array, a text, a {@link org.fencepost.ipc.file.ContentSource}, a
 * {@link org.fencepost.ipc.file.Serializer} or, piece by piece, through an
 * {@link org.fencepost.ipc.file.AtomicWriter}. What fails is a
 * {@link org.fencepost.ipc.file.FileFailedException}, which says what the file holds.
 *
 * <p>Depends on {@code org.fencepost.ipc.durable}, {@code org.fencepost.ipc.os}, the JDK and slf4j only, and in
 * {@link org.fencepost.ipc.file.JacksonFiles} on Jackson, which is optional.
 */
package org.fencepost.ipc.file;
