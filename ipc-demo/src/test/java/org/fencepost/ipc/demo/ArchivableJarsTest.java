package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ArchivableJarsTest {
    @TempDir
    private Path directory;

    @Test
    void shouldGiveOldClassesStackMapsAndLeaveAllElse() throws Exception {
        final Path original = inClassPath("picocli");
        final Path jar = Files.copy(original, directory.resolve("picocli.jar"));
        ArchivableJars.main(new String[] {directory.toString()});
        assertEquals(Set.of("picocli.jar"), names());
        final TreeMap<String, byte[]> before = entries(original);
        final TreeMap<String, byte[]> after = entries(jar);
        assertEquals(before.keySet(), after.keySet());
        int changed = 0;
        for (final String name : before.keySet()) {
            if (isOld(name, before.get(name))) {
                changed++;
                assertTrue(ClassFile.of().verify(after.get(name)).isEmpty(), name);
                assertEquals(ClassFile.JAVA_8_VERSION, ClassFile.of().parse(after.get(name)).majorVersion());
            } else {
                assertArrayEquals(before.get(name), after.get(name), name);
            }
        }
        assertTrue(changed > 200, "old classes: " + changed);
        assertEquals(CommandLine.VERSION, versionOf(jar));
    }

    @Test
    void shouldLeaveJarWithoutOldClasses() throws IOException {
        final Path jar = Files.copy(inClassPath("agrona"), directory.resolve("agrona.jar"));
        final Object file = Files.getAttribute(jar, "unix:ino");
        ArchivableJars.main(new String[] {directory.toString()});
        assertEquals(file, Files.getAttribute(jar, "unix:ino"));
        assertEquals(Set.of("agrona.jar"), names());
    }

    /** What picocli says of itself, where its own class files are the only ones: the JVM has verified them. */
    private static String versionOf(final Path jar) throws Exception {
        try (URLClassLoader classes = new URLClassLoader(
            new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (final String name : entries(jar).keySet()) {
                if (name.startsWith("picocli/CommandLine") && name.endsWith(".class")) {
                    Class.forName(name.replace('/', '.').replace(".class", ""), true, classes);
                }
            }
            final Class<?> commandLine = classes.loadClass("picocli.CommandLine");
            return (String) commandLine.getField("VERSION").get(null);
        }
    }

    private static boolean isOld(final String name, final byte[] bytes) {
        return name.endsWith(".class") && ClassFile.of().parse(bytes).majorVersion() < ClassFile.JAVA_6_VERSION;
    }

    private static TreeMap<String, byte[]> entries(final Path path) throws IOException {
        final TreeMap<String, byte[]> entries = new TreeMap<>();
        try (JarFile jar = new JarFile(path.toFile())) {
            for (final JarEntry entry : Collections.list(jar.entries())) {
                entries.put(entry.getName(), jar.getInputStream(entry).readAllBytes());
            }
        }
        return entries;
    }

    private static Path inClassPath(final String name) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of)
            .filter(path -> path.getFileName().toString().startsWith(name + "-")).findFirst().orElseThrow();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
