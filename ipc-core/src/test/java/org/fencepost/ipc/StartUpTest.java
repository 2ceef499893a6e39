package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new process does not load until its first message: each of these takes it milliseconds. */
class StartUpTest {
    @TempDir
    Path temporary;

    /** Opens a ring in a JVM of its own, publishes a message and receives it. */
    static final class FirstMessage implements MessageHandler {
        public static void main(final String[] arguments) {
            try (Channel channel = Channel.open(Path.of(arguments[0]), ChannelOptions.ring(1 << 20));
                Publisher publisher = channel.addPublisher();
                Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
                publisher.offer(1, new byte[32], 0, 32);
                if (subscriber.poll(new FirstMessage(), 1) != 1) {
                    throw new IllegalStateException("expected a message, found none");
                }
            }
        }

        @Override
        public void onMessage(
            final DirectBuffer buffer, final int offset, final int length, final Header header) {
            // That it came is enough.
        }
    }

    @Test
    void shouldLoadNoLoggerNorLambdaNorProcessHandleWhenARingIsOpenedAndUsed() throws Exception {
        assumeTrue(Platform.detect().scheme() == LivenessScheme.OFD,
            "that another platform is used is logged");
        final List<String> loaded = classesUntilFirstMessage();
        assertTrue(loaded.contains("org.fencepost.ipc.Channel"), "of this library some were seen");
        assertEquals(List.of(), loaded.stream().filter(StartUpTest::isSlow).toList());
    }

    private static boolean isSlow(final String name) {
        return name.startsWith("org.slf4j.")
            || name.startsWith("org.fencepost.") && name.contains("$$Lambda")
            || name.equals("java.lang.ProcessHandleImpl");
    }

    private List<String> classesUntilFirstMessage() throws IOException, InterruptedException {
        final Path log = temporary.resolve("classes.txt");
        final Path output = temporary.resolve("output.txt");
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:class+load:file=" + log + ":uptime:filecount=0",
            "-cp", System.getProperty("java.class.path"),
            FirstMessage.class.getName(), temporary.resolve("ring").toString())
            .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertEquals(0, process.waitFor(), Files.readString(output));
        try (Stream<String> lines = Files.lines(log)) {
            // [0.123s][info][class,load] java.lang.Object source: shared objects file
            return lines.map(line -> line.substring(line.lastIndexOf(']', line.indexOf(" source:")) + 2))
                .map(line -> line.split(" ", 2)[0]).toList();
        }
    }
}
