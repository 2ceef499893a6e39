package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that a signal interrupts once, before or after they had their effect. */
class RetryingFileCallsTest {
    @TempDir
    Path directory;

    private final List<String> made = new ArrayList<>();
    private final FileCalls calls =
        new RetryingFileCalls(interrupted(FileCalls.class, Platform.detect().files()));
    private String interrupted = "nothing";
    private boolean afterEffect;
    private Path path;
    private Path other;

    @BeforeEach
    void name() {
        path = directory.resolve("file");
        other = directory.resolve("other");
    }

    private <T> T interrupted(final Class<T> type, final T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
            (proxy, method, arguments) -> {
                made.add(method.getName());
                final boolean now = method.getName().equals(interrupted);
                Object result = null;
                if (!now || afterEffect) {
                    try {
                        result = method.invoke(target, arguments);
                    } catch (final InvocationTargetException e) {
                        throw e.getCause();
                    }
                }
                if (now) {
                    interrupted = "nothing";
                    throw new InterruptedIOException(method.getName());
                }
                return result instanceof final FileHandle handle
                    ? interrupted(FileHandle.class, handle) : result;
            }));
    }

    /** The next call of this name is interrupted. */
    private void interrupt(final String call, final boolean afterItsEffect) {
        made.clear();
        interrupted = call;
        afterEffect = afterItsEffect;
    }

    private void assertMade(final String... expected) {
        assertEquals(List.of(expected), made);
        assertEquals("nothing", interrupted);
    }

    @Test
    void shouldRepeatWhatWasInterruptedBeforeItsEffect() throws IOException {
        interrupt("makeDirectory", false);
        final Path inside = directory.resolve("inside");
        calls.makeDirectory(inside, 0700);
        assertMade("makeDirectory", "status", "makeDirectory");
        interrupt("changePermissions", false);
        calls.changePermissions(inside, 0711);
        assertMade("changePermissions", "changePermissions");
        assertEquals(0711, (int) Files.getAttribute(inside, "unix:mode") & 07777);
        interrupt("syncDirectory", false);
        calls.syncDirectory(directory);
        assertMade("syncDirectory", "syncDirectory");
        interrupt("create", false);
        calls.create(path, 0600).close();
        assertMade("create", "create", "close");
        interrupt("status", false);
        assertTrue(calls.status(path, false).isPresent());
        assertMade("status", "status");
        interrupt("open", false);
        calls.open(path, true).close();
        assertMade("open", "open", "close");
        interrupt("link", false);
        calls.link(path, other);
        assertMade("link", "link");
        interrupt("unlink", false);
        calls.unlink(other);
        assertMade("unlink", "status", "unlink");
        assertFalse(Files.exists(other));
        interrupt("rename", false);
        calls.rename(path, other);
        assertMade("status", "rename", "status", "rename");
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldLookFirstWhenAnInterruptedCallMayHaveHadItsEffect() throws IOException {
        Files.createFile(path);
        interrupt("makeDirectory", true);
        calls.makeDirectory(directory.resolve("inside"), 0700);
        assertMade("makeDirectory", "status");
        interrupt("link", true);
        calls.link(path, other);
        assertMade("link", "link", "status", "status");
        interrupt("unlink", true);
        calls.unlink(other);
        assertMade("unlink", "status");
        interrupt("rename", true);
        calls.rename(path, other);
        assertMade("status", "rename", "status");
        assertTrue(Files.exists(other));
    }

    @Test
    void shouldNotTakeANameForItsOwnThatWasThereBefore() throws IOException {
        Files.createFile(path);
        Files.createLink(other, path);
        assertThrows(FileAlreadyExistsException.class, () -> calls.link(path, other));
        Files.delete(other);
        Files.createFile(other);
        interrupt("link", false);
        assertThrows(FileAlreadyExistsException.class, () -> calls.link(path, other));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRepeatEachCallOfAnOpenFile(final boolean afterItsEffect) throws IOException {
        final FileHandle handle = calls.create(path, 0600);
        interrupt("allocate", afterItsEffect);
        handle.allocate(100);
        assertMade("allocate", "allocate");
        interrupt("status", afterItsEffect);
        final FileStatus status = handle.status();
        assertMade("status", "status");
        assertEquals(100, status.sizeBytes());
        interrupt("write", false);
        assertEquals(3, handle.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 7));
        assertMade("write", "write");
        interrupt("read", false);
        final ByteBuffer read = ByteBuffer.allocate(3);
        assertEquals(3, handle.read(read, 7));
        assertMade("read", "read");
        assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), read.flip());
        interrupt("changePermissions", afterItsEffect);
        handle.changePermissions(0640);
        assertMade("changePermissions", "changePermissions");
        assertEquals(0640, handle.status().permissions());
        interrupt("changeOwner", afterItsEffect);
        handle.changeOwner(status.user(), status.group());
        assertMade("changeOwner", "changeOwner");
        interrupt("startWriting", afterItsEffect);
        handle.startWriting(0, 100);
        assertMade("startWriting", "startWriting");
        interrupt("sync", afterItsEffect);
        handle.sync();
        assertMade("sync", "sync");
        made.clear();
        handle.close();
        assertMade("close");
    }
}
