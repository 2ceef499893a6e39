package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Why a call has failed, in words: many exceptions of the JDK say that by their class alone. */
public final class Reason {
    private Reason() {
    }

    /** With the file, if the exception names one. */
    public static String of(final IOException failure) {
        if (failure instanceof final FileSystemException refusal && refusal.getReason() == null) {
            return refusal.getMessage() + ": " + meaning(refusal);
        }
        if (failure instanceof CharacterCodingException) {
            return "a character that cannot be encoded or decoded: " + failure.getMessage();
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** Behind a text that names this file. */
    public static String of(final IOException failure, final Path named) {
        return failure instanceof final FileSystemException refusal && refusal.getOtherFile() == null
            && named.toString().equals(refusal.getFile())
            ? refusal.getReason() == null ? meaning(refusal) : refusal.getReason() : of(failure);
    }

    private static String meaning(final FileSystemException refusal) {
        if (refusal instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        if (refusal instanceof NotDirectoryException) {
            return "it is no directory";
        }
        if (refusal instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (refusal instanceof FileAlreadyExistsException) {
            return "it is there already";
        }
        if (refusal instanceof DirectoryNotEmptyException) {
            return "the directory is not empty";
        }
        return refusal instanceof FileSystemLoopException ? "links lead in a circle" : "the system refused it";
    }
}
