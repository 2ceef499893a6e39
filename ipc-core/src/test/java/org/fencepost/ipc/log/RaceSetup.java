package org.fencepost.ipc.log;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A ring of some segments, two handles of it, and a third whose locks are watched. */
abstract class RaceSetup {
    static final int SEGMENT = 4096;

    @TempDir
    Path directory;

    Handle dying;
    Handle living;
    WatchedLocks locks;
    Log watched;
    private final ChannelOptions options;
    private Handle third;

    RaceSetup(final int segments) {
        options = ChannelOptions.ring(segments * SEGMENT, segments);
    }

    @BeforeEach
    void open() throws IOException {
        dying = handle();
        living = handle();
        third = handle();
        locks = new WatchedLocks(Platform.detect().openLockFile(
            directory.resolve("ring").resolve(MembersFormat.FILE_NAME)));
        watched = third.watched(locks);
    }

    @AfterEach
    void close() {
        watched.members().close();
        third.close();
        living.close();
        dying.close();
    }

    Handle handle() {
        return new Handle(directory.resolve("ring"), options, Platform.detect());
    }
}
