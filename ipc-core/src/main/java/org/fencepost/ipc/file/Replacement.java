package org.fencepost.ipc.file;

/**
 * What became of a guarded change. Only {@link Replaced} and {@link ReplacedInPlace} changed
 * anything.
 */
public sealed interface Replacement {
    /**
     * The new content is in place, durable, and was read back.
     *
     * @param sha256 of it
     */
    record Replaced(String sha256) implements Replacement {
    }

    /**
     * Bytes were replaced by as many others, durably.
     *
     * @param matches how often; 0 if there were none
     */
    record ReplacedInPlace(long matches) implements Replacement {
    }

    /**
     * Another is changing the file.
     *
     * @param processId its process as it sees itself, which in a container is not what others see;
     *                  0 if it has only just begun or is about to end
     * @param threadId  its thread, or 0
     */
    record Busy(long processId, long threadId) implements Replacement {
    }

    /**
     * The content is not the one that the change was made for.
     *
     * @param expectedSha256 what it should have been
     * @param foundSha256    what it is; {@link GuardedFile#ABSENT} if there is none
     */
    record Changed(String expectedSha256, String foundSha256) implements Replacement {
    }

    /**
     * The validator refused the new content.
     *
     * @param problem why
     */
    record Invalid(String problem) implements Replacement {
    }

    /** There is no earlier version to return to. */
    record NoVersion() implements Replacement {
    }

    /** Whether the file has the new content. */
    default boolean isDone() {
        return this instanceof Replaced || this instanceof ReplacedInPlace;
    }

    /**
     * For who expects it to succeed.
     *
     * @throws IllegalStateException if it did not
     */
    default Replacement orThrow() {
        if (!isDone()) {
            throw new IllegalStateException("the file was not changed: " + this);
        }
        return this;
    }
}
