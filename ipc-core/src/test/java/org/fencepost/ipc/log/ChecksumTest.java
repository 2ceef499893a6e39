package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A frame's checksum, made again from the text of docs/protocol.md. */
class ChecksumTest {
    private static final int SEGMENT = 4096;
    /** Frames in it are longer than what is read of one at a time. */
    private static final int LONG_SEGMENT = 1 << 20;
    private static final long NOW = 0x1122_3344_5566_7788L;

    @TempDir
    Path directory;

    @Test
    void shouldCoverTheWholeFrameWhenItHasATimestamp() {
        check(ChannelOptions.ring(4 * SEGMENT, 4).withChecksums(true).withTimestamps(true));
    }

    @Test
    void shouldCoverTheWholeFrameWhenItHasNoTimestamp() {
        check(ChannelOptions.journal(SEGMENT).withChecksums(true));
    }

    @Test
    void shouldCoverTheWholeFrameWhenItIsLong() {
        try (Handle handle = new Handle(
            directory.resolve("channel"), ChannelOptions.journal(LONG_SEGMENT), Platform.detect(),
            () -> NOW)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            long position = 0;
            for (int length = LONG_SEGMENT / 16; length <= LONG_SEGMENT / 2; length *= 2) {
                final long end = handle.publish(claimer, length, length);
                checkFrame(handle, position);
                position = end;
            }
        }
    }

    @Test
    void shouldWalkNoFurtherThanTheSegmentWhenThatBeginsWithPadding() {
        try (Handle handle = new Handle(
            directory.resolve("channel"), ChannelOptions.journal(SEGMENT), Platform.detect(), () -> NOW)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            claimer.claim(8);
            claimer.abort();
            while (handle.log.words().tailAcquire() <= SEGMENT) {
                handle.publish(claimer, 1, 1000);
            }
            final VerifiedWalk walk = new VerifiedWalk(handle.memory, handle.log.geometry());
            assertEquals(SEGMENT, walk.end(0, handle.addressOf(0)));
        }
    }

    private void check(final ChannelOptions options) {
        try (Handle handle = new Handle(
            directory.resolve("channel"), options, Platform.detect(), () -> NOW)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            long position = 0;
            // The last ones are in the second segment.
            for (int length = 8; position < SEGMENT + 1024; length += 61) {
                final long end = handle.publish(claimer, length, length);
                final long address = handle.addressOf(position);
                final long headerWord = handle.memory.getLong(address);
                if (FrameFormat.isPadding(headerWord)) {
                    position += FrameFormat.length(headerWord);
                }
                checkFrame(handle, position);
                position = end;
            }
        }
    }

    private static void checkFrame(final Handle handle, final long position) {
        final long address = handle.addressOf(position);
        final long headerWord = handle.memory.getLong(address);
        final byte[] frame = new byte[FrameFormat.length(headerWord)];
        handle.memory.copyTo(address, frame, 0, frame.length);
        final ByteBuffer covered =
            ByteBuffer.allocate(20 + frame.length).order(ByteOrder.LITTLE_ENDIAN);
        covered.putLong(handle.log.geometry().channelId()).putLong(position);
        // Header word and type stand before the checksum, which is left out.
        covered.put(frame, 0, 12).put(frame, 16, frame.length - 16).flip();
        final CRC32C crc = new CRC32C();
        crc.update(covered);
        assertEquals((int) crc.getValue(), handle.memory.getInt(address + 12), "at " + position);
    }
}
