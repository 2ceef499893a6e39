package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.fencepost.ipc.file.RecordingCalls.Effect;

/**
 * What a disk may hold after the power failed, more than any file system does: of the names that
 * changed since their directory was synced, any subset; of the bytes written since their file was
 * synced, each write in whole, in half, or not at all, and behind the old end also as zeros.
 */
final class CrashImages {
    private static final int WAYS_OF_A_WRITE = 4;

    /** A file apart from its names: what is durable of it, and what is not. */
    private static final class Inode {
        private byte[] durable = new byte[0];
        private final List<Effect.Written> pending = new ArrayList<>();


        private byte[] withPending(final long choice) {
            byte[] bytes = durable;
            long rest = choice;
            for (final Effect.Written write : pending) {
                bytes = apply(bytes, write, (int) (rest % WAYS_OF_A_WRITE));
                rest /= WAYS_OF_A_WRITE;
            }
            return bytes;
        }

        private static byte[] apply(final byte[] old, final Effect.Written write, final int way) {
            if (way == 0) {
                return old;
            }
            final int length = way == 2 ? write.bytes().length / 2 : write.bytes().length;
            final byte[] bytes =
                Arrays.copyOf(old, Math.max(old.length, (int) write.position() + length));
            if (way == 3) {
                // Space that was only just allocated; bytes that are overwritten are old or new.
                final int within = Math.clamp(
                    old.length - write.position(), 0, length);
                System.arraycopy(write.bytes(), 0, bytes, (int) write.position(), within);
            } else {
                System.arraycopy(write.bytes(), 0, bytes, (int) write.position(), length);
            }
            return bytes;
        }
    }

    /** A change of names that is not durable yet, and the directory whose sync makes it so. */
    private record NameChange(Path directory, Effect effect, Inode inode) {
    }

    private final Path root;
    private final Map<Path, Inode> durableNames = new HashMap<>();
    private final Map<Path, Inode> names = new HashMap<>();
    private final List<NameChange> pending = new ArrayList<>();

    /** Begins with everything durable that is below a directory now. */
    CrashImages(final Path root) throws IOException {
        this.root = root;
        try (var files = Files.walk(root)) {
            for (final Path path : files.toList()) {
                final Inode inode = new Inode();
                if (Files.isRegularFile(path)) {
                    inode.durable = Files.readAllBytes(path);
                }
                names.put(path, inode);
            }
        }
        durableNames.putAll(names);
    }

    /** Takes one more effect into account. */
    void add(final Effect effect) {
        switch (effect) {
            case Effect.Created(Path file) -> change(file, effect, new Inode());
            case Effect.DirectoryMade(Path directory) -> change(directory, effect, new Inode());
            case Effect.Linked(Path existing, Path name) ->
                change(name, effect, names.get(existing));
            case Effect.Unlinked(Path file) -> change(file, effect, names.get(file));
            case Effect.Renamed(Path from, Path to) -> change(to, effect, names.get(from));
            case Effect.Written write -> inodeOf(write.file()).pending.add(write);
            case Effect.Allocated allocated -> throw new AssertionError(allocated);
            case Effect.Synced(Path file) -> {
                final Inode inode = inodeOf(file);
                inode.durable = inode.withPending(allOf(inode));
                inode.pending.clear();
            }
            case Effect.DirectorySynced(Path directory) -> {
                final List<NameChange> synced =
                    pending.stream().filter(c -> c.directory.equals(directory)).toList();
                synced.forEach(change -> apply(durableNames, change, true));
                pending.removeAll(synced);
            }
        }
    }

    private Inode inodeOf(final Path file) {
        return names.get(file);
    }

    private static long allOf(final Inode inode) {
        long choice = 0;
        for (int i = 0; i < inode.pending.size(); i++) {
            choice = choice * WAYS_OF_A_WRITE + 1;
        }
        return choice;
    }

    private void change(final Path name, final Effect effect, final Inode inode) {
        final NameChange change = new NameChange(name.getParent(), effect, inode);
        pending.add(change);
        apply(names, change, true);
    }

    private static void apply(
        final Map<Path, Inode> names, final NameChange change, final boolean whole) {
        switch (change.effect) {
            case Effect.Created(Path file) -> names.put(file, change.inode);
            case Effect.DirectoryMade(Path directory) -> names.put(directory, change.inode);
            case Effect.Linked(Path existing, Path name) -> names.put(name, change.inode);
            case Effect.Unlinked(Path file) -> names.remove(file);
            case Effect.Renamed(Path from, Path to) -> {
                names.put(to, change.inode);
                if (whole) {
                    names.remove(from);
                }
            }
            default -> throw new AssertionError(change);
        }
    }

    /** Shows every image: what is in each file that can be reached. Returns how many. */
    int forEach(final Consumer<Map<Path, byte[]>> check) {
        int images = 0;
        for (long subset = 0; subset < 1L << pending.size(); subset++) {
            for (final boolean whole : new boolean[] {true, false}) {
                final Map<Path, Inode> chosen = new HashMap<>(durableNames);
                for (int i = 0; i < pending.size(); i++) {
                    if ((subset >> i & 1) != 0) {
                        apply(chosen, pending.get(i), whole);
                    }
                }
                images += forEachContent(chosen, check);
            }
        }
        return images;
    }

    private int forEachContent(
        final Map<Path, Inode> chosen, final Consumer<Map<Path, byte[]>> check) {
        final List<Inode> open =
            chosen.values().stream().distinct().filter(i -> !i.pending.isEmpty()).toList();
        final int writes = open.stream().mapToInt(inode -> inode.pending.size()).sum();
        final long choices = Math.round(Math.pow(WAYS_OF_A_WRITE, writes));
        for (long choice = 0; choice < choices; choice++) {
            final Map<Inode, byte[]> contents = new HashMap<>();
            long rest = choice;
            for (final Inode inode : open) {
                contents.put(inode, inode.withPending(rest));
                rest /= Math.round(Math.pow(WAYS_OF_A_WRITE, inode.pending.size()));
            }
            final Map<Path, byte[]> image = new TreeMap<>();
            chosen.forEach((path, inode) -> {
                if (isReachable(chosen, path)) {
                    image.put(path, contents.getOrDefault(inode, inode.durable));
                }
            });
            check.accept(image);
        }
        return (int) choices;
    }

    private boolean isReachable(final Map<Path, Inode> chosen, final Path path) {
        return path.equals(root)
            || chosen.containsKey(path.getParent()) && isReachable(chosen, path.getParent());
    }
}
