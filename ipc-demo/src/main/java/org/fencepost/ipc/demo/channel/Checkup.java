package org.fencepost.ipc.demo.channel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fencepost.ipc.demo.Units;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.DiskLevel;

/** What the machine does to channels in a directory, as far as files of the kernel tell. */
final class Checkup {
    private static final Set<String> VOUCHED_FOR = Set.of("ext4", "xfs");
    private static final long SHM_BYTES_LITTLE = 256L << 20;
    private static final long DISK_BYTES_LITTLE = 1L << 30;
    private static final long MAPPINGS_LITTLE = 65_530;
    private static final long FILES_LITTLE = 1024;
    private static final int JDK_MIN = 25;
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    /** Of MADV_POPULATE_WRITE, the newest call that is used. */
    private static final int KERNEL_MIN = 514;
    private static final int MINOR_VERSIONS = 100;
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");
    private static final int OCTAL = 8;
    private static final int WRITABLE_BY_OTHERS = 02;
    private static final int STICKY = 01000;

    private final Path root;
    private final Path directory;

    /**
     * For channels in a directory.
     *
     * @param root where the kernel's files are found below.
     */
    Checkup(final Path root, final Path directory) {
        this.root = root;
        this.directory = ChannelDirectory.absolute(directory);
    }

    /** Everything that was looked at. */
    Stream<Diagnosis> diagnoses() {
        return Stream.of(jdk(), nativeAccess(), kernel(System.getProperty("os.version")), boot(),
            processors(Runtime.getRuntime().availableProcessors()), governor(), place(), fileSystem(),
            mountOptions(), room(directory, "space", DISK_BYTES_LITTLE,
                "a journal that finds no room cannot go on; make some, or use another disk"),
            room(root.resolve("dev/shm"), "/dev/shm", SHM_BYTES_LITTLE,
                "rings are put there; mount it with a larger size, for a container --shm-size"),
            hugePages(), swap(), mappings(),
            limit("open files", "Max open files", FILES_LITTLE, "ulimit -n"),
            limit("file size", "Max file size", Long.MAX_VALUE, "ulimit -f unlimited"),
            writeBack());
    }

    private static Diagnosis jdk() {
        final Runtime.Version version = Runtime.version();
        final String found = version + ", " + System.getProperty("java.vm.name");
        return version.feature() >= JDK_MIN ? Diagnosis.ok("JDK", found)
            : Diagnosis.wrong("JDK", found, "install release " + JDK_MIN + " or newer");
    }

    private static Diagnosis nativeAccess() {
        final Platform platform = Platform.detect();
        return platform.canSync() && platform.name().equals("linux")
            ? Diagnosis.ok("native access", "allowed: " + platform.name())
            : Diagnosis.note("native access", platform.name(), "locks are weaker and rings are"
                + " slower"
                + " without; on Linux allow it with --enable-native-access");
    }

    static Diagnosis kernel(final String release) {
        final Matcher matcher = VERSION.matcher(release);
        final boolean old = matcher.matches()
            && Integer.parseInt(matcher.group(1)) * MINOR_VERSIONS
                + Integer.parseInt(matcher.group(2)) < KERNEL_MIN;
        final String found = System.getProperty("os.name") + " " + release;
        return old ? Diagnosis.note("kernel", found,
            "pages cannot be made ahead of need before Linux 5.14; first touches are slower")
            : Diagnosis.ok("kernel", found);
    }

    private Diagnosis boot() {
        final String name = "boot id";
        return read("proc/sys/kernel/random/boot_id").map(found -> Diagnosis.ok(name, found))
            .orElse(Diagnosis.wrong(name, "none", "behind a loss of power what had not come to the disk would be"
                + " believed: have the system show /proc/sys/kernel/random/boot_id"));
    }

    static Diagnosis processors(final int count) {
        return count > 1 ? Diagnosis.ok("processors", String.valueOf(count))
            : Diagnosis.note("processors", String.valueOf(count), "who spins takes the time of whom"
                + " it waits for; use an idle strategy that yields or parks");
    }

    private Diagnosis governor() {
        final String name = "governor";
        return read("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
            .map(found -> found.equals("performance") ? Diagnosis.ok(name, found)
                : Diagnosis.note(name, found, "the processor slows down when idle, and first"
                    + " messages"
                    + " are late: cpupower frequency-set -g performance"))
            .orElse(Diagnosis.ok(name, "none: the speed is not the system's to choose"));
    }

    private Diagnosis place() {
        final String name = "directory";
        final Path there = existing();
        if (!Files.isDirectory(there)) {
            return Diagnosis.wrong(name, there + " is no directory", "name one");
        }
        if (!there.equals(directory)) {
            return Diagnosis.note(name, directory + " is not there; the rest is about " + there,
                "create makes it; if that is not what was meant, name another one");
        }
        if (!Files.isWritable(there) || !Files.isExecutable(there)) {
            return Diagnosis.note(name, there + " is not for this user to write to",
                "no channel can be made there: ask its owner for the right, or use another one");
        }
        return isOpenToAll(there)
            ? Diagnosis.wrong(name, there + " is for everybody to write to, and not sticky", "anybody could"
                + " put another channel in the place of one, so none is made there: chmod o-w or +t")
            : Diagnosis.ok(name, there.toString());
    }

    private static boolean isOpenToAll(final Path place) {
        try {
            final int mode = (int) Files.getAttribute(place, "unix:mode");
            return (mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0;
        } catch (final IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private Diagnosis fileSystem() {
        final String name = "file system";
        try {
            final String type = Files.getFileStore(existing()).type();
            final String found = directory + " is on " + type;
            if (VOUCHED_FOR.contains(type)) {
                return Diagnosis.ok(name, found);
            }
            return DiskLevel.isInMemory(type)
                ? Diagnosis.note(name, found, "good for rings; a journal there cannot be made"
                    + " durable"
                    + " and is gone when the machine stops: put journals on ext4 or xfs")
                : Diagnosis.note(name, found, "what a sync does there was not tried, and one"
                    + " that copies on write may run out of room under a mapping: use ext4 or xfs"
                    + " for journals");
        } catch (final IOException unknown) {
            return Diagnosis.wrong(name,
                "cannot look at " + directory + ": " + Reason.of(unknown, directory),
                "name a directory that is there; with few open files: ulimit -n " + FILES_LITTLE);
        }
    }

    private Path existing() {
        Path place = directory;
        while (!Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        return place;
    }

    private Diagnosis mountOptions() {
        final String name = "mount options";
        String best = "";
        String options = "";
        final Path place = real(existing());
        for (final String line : read("proc/mounts").orElse("").split("\n")) {
            final String[] fields = line.split(" ");
            final String mount = fields.length > 3 ? unescaped(fields[1]) : "";
            if (!mount.isEmpty() && place.startsWith(mount) && mount.length() >= best.length()) {
                best = mount;
                options = fields[3];
            }
        }
        final String found = options.isEmpty() ? "not known" : best + ": " + options;
        if (("," + options + ",").contains(",emergency_ro,")) {
            return Diagnosis.wrong(name, found, "the system has met an error and writes nothing there any more:"
                + " channels there can be read; unmount it and check it (fsck), or use another directory");
        }
        if (options.matches("(.*,)?ro(,.*)?")) {
            return Diagnosis.wrong(name, found, "channels there can be read, and nothing can be"
                + " published: mount -o remount,rw " + best + ", or use another directory");
        }
        return ("," + options + ",").matches(".*,(nobarrier|barrier=0),.*")
            ? Diagnosis.wrong(name, found, "without barriers a sync returns before the disk has"
                + " written: mount -o remount,barrier=1 " + best)
            : Diagnosis.ok(name, found);
    }

    /** What is mounted is known by its own path. */
    private static Path real(final Path place) {
        try {
            return place.toRealPath();
        } catch (final IOException unknown) {
            return place;
        }
    }

    /** As the kernel writes it: a blank as {@code \040}. */
    private static String unescaped(final String field) {
        return ESCAPED.matcher(field).replaceAll(found -> Matcher.quoteReplacement(
            String.valueOf((char) Integer.parseInt(found.group(1), OCTAL))));
    }

    private Diagnosis room(
        final Path place, final String name, final long little, final String advice) {
        try {
            final FileStore store = Files.getFileStore(
                place.equals(directory) ? existing() : place);
            final String found = Units.size(store.getUsableSpace()) + " free of "
                + Units.size(store.getTotalSpace());
            return store.getUsableSpace() >= little ? Diagnosis.ok(name, found)
                : Diagnosis.note(name, found, advice);
        } catch (final IOException none) {
            return Diagnosis.note(name, "none", advice);
        }
    }

    private Diagnosis hugePages() {
        final String name = "huge pages";
        final String found = chosen("sys/kernel/mm/transparent_hugepage/enabled");
        final String inMemory = chosen("sys/kernel/mm/transparent_hugepage/shmem_enabled");
        final String both = "heap " + found + ", tmpfs " + inMemory;
        return found.equals("always")
            ? Diagnosis.note(name, both, "the kernel may stop a thread to make one: echo madvise >"
                + " /sys/kernel/mm/transparent_hugepage/enabled")
            : Diagnosis.ok(name, both);
    }

    /** The word in brackets. */
    private String chosen(final String file) {
        return read(file).map(text -> text.replaceAll(".*\\[(.*)].*", "$1")).orElse("not known");
    }

    private Diagnosis swap() {
        final long lines = read("proc/swaps").orElse("").lines().count();
        return lines <= 1 ? Diagnosis.ok("swap", "none")
            : Diagnosis.note("swap", lines - 1 + " areas", "a ring that nobody touched for long"
                + " may be"
                + " read from the disk: swapoff, or vm.swappiness=1");
    }

    private Diagnosis mappings() {
        final String found = read("proc/sys/vm/max_map_count").orElse("not known");
        return found.matches("\\d+") && Long.parseLong(found) < MAPPINGS_LITTLE
            ? Diagnosis.note("mappings", found, "each segment of a ring is one: sysctl"
                + " vm.max_map_count=" + MAPPINGS_LITTLE)
            : Diagnosis.ok("mappings", found);
    }

    private Diagnosis limit(
        final String name, final String line, final long enough, final String command) {
        final Matcher matcher = Pattern.compile(line + "\\s+(\\S+).*", Pattern.MULTILINE)
            .matcher(read("proc/self/limits").orElse(""));
        final String found = matcher.find() ? matcher.group(1) : "not known";
        return found.matches("\\d{1,18}") && Long.parseLong(found) < enough
            ? Diagnosis.note(name, found, "larger ones are refused: " + command)
            : Diagnosis.ok(name, found);
    }

    private Diagnosis writeBack() {
        return Diagnosis.ok("write-back", "begins at " + percent("dirty_background_ratio")
            + " of the memory, stops writers at " + percent("dirty_ratio"));
    }

    private String percent(final String name) {
        return read("proc/sys/vm/" + name).map(value -> value + " %").orElse("an unknown part");
    }

    private Optional<String> read(final String file) {
        // In large pieces: some of these files have an end behind the first one.
        try (BufferedReader reader = Files.newBufferedReader(root.resolve(file))) {
            return Optional.of(reader.lines().collect(Collectors.joining("\n")).strip());
        } catch (final IOException notThere) {
            return Optional.empty();
        }
    }
}
