package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.SubscriberOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The library twice in one JVM, as two applications of a server have it: what is static is there twice. */
@Timeout(60)
class SecondCopyTest {
    private static final long BYTE = 7;

    @TempDir
    Path directory;

    private static URLClassLoader secondCopy() throws IOException {
        final List<URL> places = new ArrayList<>();
        for (final String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
            places.add(Path.of(place).toUri().toURL());
        }
        return new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** What that class loader's portable platform opens, or the reason why it does not. */
    private static AutoCloseable open(final ClassLoader copy, final String method, final Path file) throws Exception {
        final Class<?> type = copy.loadClass(Platform.class.getName());
        final Object platform = type.getMethod("portable").invoke(null);
        final Method open = type.getMethod(method, Path.class);
        try {
            return (AutoCloseable) open.invoke(platform, file);
        } catch (final InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }

    @Test
    void shouldKeepPortableLocksWhenAnotherCopyAsksForThem() throws Exception {
        final Path file = Files.createFile(directory.resolve("locks"));
        try (URLClassLoader copy = secondCopy()) {
            try (LockFile lock = Platform.portable().openLockFile(file)) {
                assertTrue(lock.tryLock(BYTE));
                for (final String method : List.of("openLockFile", "openLockFileForReading")) {
                    final String message = assertThrows(
                        FileSystemException.class, () -> open(copy, method, file).close()).getMessage();
                    assertTrue(message.startsWith(file + ": is open for its locks by another copy"), message);
                }
                assertEquals("false", lockedInChild(file));
            }
            open(copy, "openLockFile", file).close();
            Platform.portable().openLockFile(file).close();
        }
    }

    @Test
    void shouldExchangeMessagesWithAnotherCopyWhereLocksAreOfTheFile() throws Exception {
        if (Platform.detect().scheme() == LivenessScheme.PORTABLE) {
            return;
        }
        final Path path = directory.resolve("ring");
        try (URLClassLoader copy = secondCopy();
            Channel channel = Channel.open(path, ChannelOptions.ring(1 << 15));
            Publisher publisher = channel.addPublisher()) {
            final AutoCloseable other = (AutoCloseable) copy.loadClass(Channel.class.getName())
                .getMethod("join", Path.class).invoke(null, path);
            other.getClass().getMethod("addPublisher").invoke(other);
            assertEquals(2, channel.status().publishers().size());
            other.close();
            assertEquals(1, channel.status().publishers().size());
            assertTrue(publisher.offer(1, new byte[8], 0, 8) > 0);
            assertEquals(1, channel.addSubscriber(SubscriberOptions.earliest()).poll((b, o, l, h) -> { }, 2));
        }
    }

    private static String lockedInChild(final Path file) throws Exception {
        try (ChildJvm child = ChildJvm.start(LockHolder.class, "portable", file, BYTE, "exclusive")) {
            return child.line();
        }
    }
}
