package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of the system to give a new file to the users of a channel, by root and by who may do less. */
class AccessTest {
    private static final int ROOT = 0;
    private static final int USER = 61_001;
    private static final int OTHER = 61_002;
    private static final int GROUP = 62_001;
    private static final int OTHER_GROUP = 62_002;

    @TempDir
    Path directory;

    /** A new file of this user and group, who is in the group of the channel or is not. */
    private static final class Made implements FileHandle {
        final List<String> calls = new ArrayList<>();
        private final int user;
        private final int group;
        private final boolean inGroup;

        Made(final int user, final int group, final boolean inGroup) {
            this.user = user;
            this.group = group;
            this.inGroup = inGroup;
        }

        @Override
        public FileStatus status() {
            return new FileStatus(0100600, 1, 1, 0, 0, user, group, 0);
        }

        @Override
        public void changeOwner(final int newUser, final int newGroup) throws IOException {
            calls.add("owner " + newUser + ":" + newGroup);
            if (user != ROOT && (newUser != user || !inGroup)) {
                throw new AccessDeniedException("it");
            }
        }

        @Override
        public void changePermissions(final int permissions) {
            calls.add("mode " + Integer.toOctalString(permissions));
        }

        @Override
        public int write(final ByteBuffer source, final long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(final ByteBuffer target, final long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void allocate(final long bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }

    private static List<String> given(final Access access, final Made made) throws IOException {
        access.give(made);
        return made.calls;
    }

    @Test
    void shouldGiveItToTheChannelsUserWhenItIsMadeByRoot() throws IOException {
        assertEquals(List.of("owner " + USER + ":" + GROUP, "mode 600"),
            given(new Access(0600, USER, GROUP), new Made(ROOT, ROOT, false)));
    }

    @Test
    void shouldGiveItToTheGroupWhenAnotherUserMakesIt() throws IOException {
        final Access access = new Access(0660, USER, GROUP);
        assertEquals(
            List.of("owner " + USER + ":" + GROUP, "owner " + OTHER + ":" + GROUP, "mode 660"),
            given(access, new Made(OTHER, OTHER_GROUP, true)));
        assertEquals(List.of("owner " + USER + ":" + GROUP, "mode 660"),
            given(access, new Made(OTHER, GROUP, true)), "it is the group's already");
        assertThrows(AccessDeniedException.class,
            () -> access.give(new Made(OTHER, OTHER_GROUP, false)));
    }

    @Test
    void shouldGiveItToTheGroupWhenTheUserHasAnotherGroupFirst() throws IOException {
        assertEquals(List.of("owner " + USER + ":" + GROUP, "mode 640"),
            given(new Access(0640, USER, GROUP), new Made(USER, OTHER_GROUP, true)));
        assertEquals(List.of("mode 640"),
            given(new Access(0640, USER, GROUP), new Made(USER, GROUP, true)));
    }

    @Test
    void shouldAskForNoGroupThatMayDoNothingWithIt() throws IOException {
        assertEquals(List.of("mode 606"),
            given(new Access(0606, USER, GROUP), new Made(USER, OTHER_GROUP, false)));
    }

    @Test
    void shouldBeThatOfTheControlFileWithoutWhatAFileIsExecutedBy() throws IOException {
        final Path control = Files.createFile(directory.resolve("control"));
        Files.setAttribute(control, "unix:mode", 0750);
        assertEquals(new Access(0640, (int) Files.getAttribute(control, "unix:uid"),
            (int) Files.getAttribute(control, "unix:gid")), Access.of(control, Platform.detect().files()));
    }
}
