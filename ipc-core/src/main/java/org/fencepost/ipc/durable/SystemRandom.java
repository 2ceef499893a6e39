package org.fencepost.ipc.durable;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Numbers that no other process draws, from the system's generator. The JDK's own reads the same file (random(4))
 * and loads its security providers for it first, which takes a new process some 20 ms.
 */
public final class SystemRandom {
    private static final String DEVICE = "/dev/urandom";

    private SystemRandom() {
    }

    /** The next one; any thread. */
    public static long nextLong() {
        try (InputStream device = new FileInputStream(DEVICE)) {
            final byte[] bytes = device.readNBytes(Long.BYTES);
            if (bytes.length == Long.BYTES) {
                return ByteBuffer.wrap(bytes).getLong();
            }
        } catch (final IOException none) {
            // Not every system has it.
        }
        return new SecureRandom().nextLong();
    }
}
