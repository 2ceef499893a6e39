package org.fencepost.ipc.tests.crash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What stands in a journal: the messages of each frame, by the position at which it ends. */
final class Published {
    private final NavigableMap<Long, List<byte[]>> frames = new TreeMap<>();

    void add(final long end, final List<byte[]> messages) {
        if (frames.put(end, messages) != null) {
            throw new AssertionError("two frames end at position " + end);
        }
    }

    /** As a reader met it, message by message. */
    void read(final long end, final byte[] message) {
        frames.computeIfAbsent(end, any -> new ArrayList<>()).add(message);
    }

    /** Everything behind the position is gone. */
    void cut(final long end) {
        frames.tailMap(end, false).clear();
    }

    /** What is wrong with a journal that begins and ends there and reads so, or null. */
    String difference(final Published found, final long earliest, final long end) {
        final NavigableMap<Long, List<byte[]>> expected =
            frames.subMap(earliest, false, end, true);
        if (!expected.keySet().equals(found.frames.keySet())) {
            return "holds frames that end at " + found.frames.keySet() + ", but from " + earliest
                + " to " + end + " those were published that end at " + expected.keySet();
        }
        return expected.entrySet().stream()
            .filter(frame -> !equal(frame.getValue(), found.frames.get(frame.getKey())))
            .findFirst()
            .map(frame -> "holds something else in the frame that ends at " + frame.getKey())
            .orElse(null);
    }

    /** Whether these are the last ones of all messages, in their order. */
    boolean endsWith(final List<byte[]> messages) {
        final List<byte[]> all = frames.values().stream().flatMap(Collection::stream).toList();
        return messages.size() <= all.size()
            && equal(all.subList(all.size() - messages.size(), all.size()), messages);
    }

    private static boolean equal(final List<byte[]> some, final List<byte[]> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            if (!Arrays.equals(some.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }
}
