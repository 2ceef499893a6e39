package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;

/**
 * Whose the files of a channel are, and who may use them. Its control file says so, and whoever makes
 * another file of the channel gives it the same: a segment that the other members may not open, because of
 * the umask or the user of who made it, would end the channel for them.
 *
 * @param permissions the nine bits of a file's permissions, without those to execute.
 * @param user        whose it is.
 * @param group       and which group's.
 */
record Access(int permissions, int user, int group) {
    private static final int FILE_BITS = 0666;
    private static final int GROUP_BITS = 070;

    /** As this control file has it, whatever it got when it was made. */
    static Access of(final Path control, final FileCalls calls) throws IOException {
        final FileStatus status = calls.requireStatus(control, false);
        return new Access(status.permissions() & FILE_BITS, status.user(), status.group());
    }

    /**
     * Gives it to a new file. Only root can give a file to another user; whoever is not has to be in the group
     * if that is to use it.
     */
    void give(final FileHandle file) throws IOException {
        final FileStatus made = file.status();
        if (made.user() != user) {
            giveAway(file, made);
        } else if (made.group() != group && (permissions & GROUP_BITS) != 0) {
            file.changeOwner(user, group);
        }
        // Last: a change of the owner may take permissions away.
        file.changePermissions(permissions);
    }

    private void giveAway(final FileHandle file, final FileStatus made) throws IOException {
        try {
            file.changeOwner(user, group);
        } catch (final AccessDeniedException notRoot) {
            if (made.group() != group) {
                file.changeOwner(made.user(), group);
            }
        }
    }
}
