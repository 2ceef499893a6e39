package org.fencepost.ipc.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives classes that were compiled for Java 5 the stack maps that those for later releases have: without them the JVM
 * keeps no class data of them, and infers the types of each whenever it is loaded (JVM Specification, 4.10.2). What
 * the classes do is the same.
 */
final class ArchivableJars {
    private static final String CLASS = ".class";
    private static final int MAJOR_VERSION_OFFSET = 6;

    private ArchivableJars() {
    }

    /** Replaces the jars in a directory that have such classes. They have to be in the class path. */
    public static void main(final String[] arguments) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
            for (final Path jar : jars) {
                replace(jar);
            }
        }
    }

    private static void replace(final Path path) throws IOException {
        final Path copy = path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
        try (JarFile jar = new JarFile(path.toFile())) {
            if (!hasOld(jar)) {
                return;
            }
            try (OutputStream file = Files.newOutputStream(copy); JarOutputStream out = new JarOutputStream(file)) {
                for (final JarEntry entry : Collections.list(jar.entries())) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    out.write(current(entry, jar.getInputStream(entry).readAllBytes()));
                    out.closeEntry();
                }
            }
            // A process that runs has the old one open.
            Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static boolean hasOld(final JarFile jar) throws IOException {
        for (final JarEntry entry : Collections.list(jar.entries())) {
            try (InputStream content = jar.getInputStream(entry)) {
                if (isOld(entry, content.readNBytes(MAJOR_VERSION_OFFSET + Short.BYTES))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The release stands behind the magic number and the minor version, big-endian (JVM Specification, 4.1). */
    private static boolean isOld(final JarEntry entry, final byte[] bytes) {
        return entry.getName().endsWith(CLASS)
            && ByteBuffer.wrap(bytes).getShort(MAJOR_VERSION_OFFSET) < ClassFile.JAVA_6_VERSION;
    }

    private static byte[] current(final JarEntry entry, final byte[] bytes) {
        if (!isOld(entry, bytes)) {
            return bytes;
        }
        final ClassFile classes = ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
        final ClassTransform version = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            } else {
                builder.with(element);
            }
        };
        return classes.transformClass(classes.parse(bytes),
            version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }
}
