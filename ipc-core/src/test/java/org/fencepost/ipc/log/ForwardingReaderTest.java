package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.buffer.ReadableBuffer;
import org.junit.jupiter.api.Test;

/** What a reader does not ask more of is what the one behind it says. */
class ForwardingReaderTest {
    private static final ReadableBuffer BUFFER = MessageBuffer.allocate(8);

    private final List<String> called = new ArrayList<>();

    /** Answers with the number of the call. */
    private final LogReader behind = (LogReader) Proxy.newProxyInstance(
        LogReader.class.getClassLoader(), new Class<?>[] {LogReader.class}, (proxy, method, arguments) -> {
            called.add(method.getName() + (arguments == null ? "" : Arrays.toString(arguments)));
            final Class<?> type = method.getReturnType();
            return type == long.class ? (Object) (long) called.size()
                : type == int.class ? (Object) called.size()
                : type == void.class ? null : BUFFER;
        });

    @Test
    void shouldSayWhatTheReaderBehindItSays() {
        final ForwardingReader reader = new ForwardingReader(behind) { };
        assertEquals(1, reader.peek());
        assertEquals(2, reader.span());
        assertSame(BUFFER, reader.buffer());
        assertEquals(4, reader.payloadOffset());
        assertEquals(5, reader.position());
        assertEquals(6, reader.lostBytes());
        reader.advance();
        reader.hideBuffer();
        reader.publishPosition(17);
        reader.beThorough();
        reader.moveTo(64);
        reader.close();
        assertEquals(List.of("peek", "span", "buffer", "payloadOffset", "position", "lostBytes", "advance",
            "hideBuffer", "publishPosition[17]", "beThorough", "moveTo[64]", "close"), called);
    }
}
