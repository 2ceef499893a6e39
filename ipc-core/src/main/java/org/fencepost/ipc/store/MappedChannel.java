package org.fencepost.ipc.store;

import java.io.UncheckedIOException;
import org.agrona.concurrent.EpochNanoClock;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Members;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.Window;

/**
 * The open files of one handle, and the log on top of them.
 *
 * <p>Opened in the order lock, control, cursors, segments, and closed the other way round with the
 * lock last: as long as this process can store into a segment its members hold their locks. The
 * segments go before the control file, or a publisher in the middle of a claim could win a position
 * of the private memory that replaces it and write there.
 */
public final class MappedChannel implements AutoCloseable {
    private final Platform platform;
    private final Geometry geometry;
    private final Members members;
    private final Window control;
    private final Window cursors;
    private final AutoCloseable segments;
    private final Log log;

    MappedChannel(
        final Platform platform,
        final Geometry geometry,
        final Members members,
        final Window control,
        final Window cursors,
        final AutoCloseable segments,
        final Log log) {
        this.platform = platform;
        this.geometry = geometry;
        this.members = members;
        this.control = control;
        this.cursors = cursors;
        this.segments = segments;
        this.log = log;
    }

    /**
     * Opens the files of an existing channel.
     *
     * @throws org.fencepost.ipc.ChannelException if one is missing, damaged or not permitted.
     */
    public static MappedChannel open(
        final ChannelDirectory directory, final Platform platform, final EpochNanoClock clock) {
        return new Opening(directory, platform, clock).asMember();
    }

    /**
     * Opens the files of an existing channel for reading only. Nothing in the directory is changed,
     * created, locked or repaired, and nobody there sees it. Of a channel that would have to be recovered
     * first it shows what would be left, as it is at this moment.
     *
     * @throws org.fencepost.ipc.ChannelException if one is missing, damaged or not permitted.
     */
    public static MappedChannel view(
        final ChannelDirectory directory, final Platform platform, final EpochNanoClock clock) {
        return new Opening(directory, platform, clock).asViewer();
    }

    /** What {@link #repair} would find; changes nothing. */
    public static RepairReport examine(
        final ChannelDirectory directory, final Platform platform) {
        return new Opening(directory, platform, System::nanoTime).examine();
    }

    /** Ends a damaged journal that nobody has open where the damage is, and keeps what is behind. */
    public static RepairReport repair(
        final ChannelDirectory directory, final Platform platform) {
        return new Opening(directory, platform, System::nanoTime).repair();
    }

    /** The log on the mapped files. */
    public Log log() {
        return log;
    }

    /** Kind, sizes and options. */
    public Geometry geometry() {
        return geometry;
    }

    /** Makes every thread of this process pass a fence; see {@link Platform#barrier}. */
    public void barrier() {
        platform.barrier();
    }

    /**
     * Closes the handle under whatever its threads are doing: an operation that is in the middle
     * touches private memory from here on and finds the handle closed at its end. If a mapping cannot be
     * given up, what is left is closed by the next call.
     */
    @Override
    public void close() {
        log.close();
        try {
            log.ringAll();
        } catch (final InternalError cut) {
            // Where the control file was truncated nobody can be woken; who sleeps looks again by itself.
        }
        platform.barrier();
        try {
            closeQuietly(segments);
            cursors.close();
            control.close();
        } catch (final UncheckedIOException e) {
            throw new ChannelIOException(log.path(), "cannot close the channel " + log.path() + ": "
                + Reason.of(e.getCause())
                + "; its files stay mapped and its locks held, close it again", e);
        }
        members.close();
    }

    static void closeQuietly(final AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (final RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new IllegalStateException("closing segments throws no checked exception", e);
        }
    }
}
