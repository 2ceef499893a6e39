package org.fencepost.ipc.tests.death;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.Channel;
import org.slf4j.Logger;

/**
 * Loads the classes that forked members may need. Processes that were forked from one share its open
 * jar files and, with them, the place at which these are read: two that load a class at the same time
 * read each other's bytes.
 */
final class LoadedClasses {
    private static final String SUFFIX = ".class";

    private LoadedClasses() {
    }

    /** All of the library, its dependencies and these tests; those of the JDK are mapped. */
    static void loadAll() throws IOException {
        for (final Class<?> type
            : List.of(Channel.class, DirectBuffer.class, Logger.class, LoadedClasses.class)) {
            final Path place = placeOf(type);
            if (Files.isDirectory(place)) {
                loadBelow(place);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(place)) {
                    loadBelow(jar.getPath("/"));
                }
            }
        }
    }

    private static void loadBelow(final Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.map(file -> root.relativize(file).toString())
                .filter(name -> name.endsWith(SUFFIX) && !name.contains("-"))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'))
                .forEach(LoadedClasses::load);
        }
    }

    private static void load(final String name) {
        try {
            Class.forName(name, false, LoadedClasses.class.getClassLoader());
        } catch (final ClassNotFoundException | LinkageError unusable) {
            // It extends what is not on the class path, so no member can need it.
            return;
        }
    }

    private static Path placeOf(final Class<?> type) throws IOException {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (final URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
