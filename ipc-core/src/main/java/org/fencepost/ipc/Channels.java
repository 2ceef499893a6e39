package org.fencepost.ipc;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fencepost.ipc.format.ControlFormat;

/** The channels of a directory. */
public final class Channels {
    private Channels() {
    }

    /**
     * Paths of the channels directly below a directory, in the order of their names. Whatever has a
     * control file counts, also if that is damaged; nothing is opened.
     *
     * @throws ChannelIOException if the directory cannot be read.
     */
    public static List<Path> list(final Path directory) {
        final List<Path> channels = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (final Path entry : entries) {
                final boolean hidden = entry.getFileName().toString().startsWith(".");
                if (!hidden && Files.isRegularFile(
                    entry.resolve(ControlFormat.FILE_NAME), LinkOption.NOFOLLOW_LINKS)) {
                    channels.add(entry);
                }
            }
        } catch (final IOException | DirectoryIteratorException e) {
            throw new ChannelIOException(directory, "cannot list the channels below " + directory
                + ": " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
        }
        Collections.sort(channels);
        return channels;
    }
}
