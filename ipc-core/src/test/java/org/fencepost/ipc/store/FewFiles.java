package org.fencepost.ipc.store;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.os.Platform;

/**
 * The main class of a process that has no file descriptor left when it first asks for the platform. Its own classes
 * are loaded before, for each of them takes one. Prints the platform, and what it is told of a place's disk.
 */
final class FewFiles {
    private FewFiles() {
    }

    public static void main(final String[] arguments) throws Exception {
        final Path classes = Path.of(Channel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        for (final String name : names(classes)) {
            Class.forName(name, false, FewFiles.class.getClassLoader());
        }
        final List<FileInputStream> open = new ArrayList<>();
        try {
            while (true) {
                open.add(new FileInputStream("/dev/null"));
            }
        } catch (final FileNotFoundException noneLeft) {
            System.out.println(Platform.detect().name());
            try {
                DiskLevel.require(Path.of(arguments[0]), Platform.detect());
                System.out.println("a disk");
            } catch (final ChannelIOException refused) {
                System.out.println(refused.getMessage());
            }
        }
        for (final FileInputStream one : open) {
            one.close();
        }
        System.out.println(Platform.processId() == ProcessHandle.current().pid());
    }

    private static List<String> names(final Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                .filter(name -> name.endsWith(".class") && name.contains("/"))
                .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.')).toList();
        }
    }
}
