package org.fencepost.ipc.demo.channel;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.fencepost.ipc.demo.ToolRun;
import org.fencepost.ipc.demo.channel.Diagnosis.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ipc doctor}: on this machine, and on others as far as their files go. */
class DoctorCommandTest {
    @TempDir
    Path directory;

    private void write(final String file, final String content) throws IOException {
        final Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private Diagnosis about(final String name) {
        return new Checkup(directory, directory).diagnoses()
            .filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void shouldSayWhatItFindsWhenItLooksAtThisMachine() throws IOException {
        final ToolRun run = ToolRun.of("doctor", "--json", "--measure", directory.toString());
        final List<String> lines = run.out().lines().toList();
        final ObjectMapper mapper = new ObjectMapper();
        final Set<String> names = lines.stream().map(line -> {
            try {
                return mapper.readTree(line).required("name").textValue();
            } catch (final IOException noJson) {
                throw new AssertionError(line, noJson);
            }
        }).collect(Collectors.toSet());
        assertTrue(names.containsAll(Set.of("JDK", "native access", "kernel", "file system",
            "huge pages", "governor", "/dev/shm", "open files", "sync", "pauses")), run::toString);
        assertEquals(run.out().contains("\"level\":\"wrong\"") ? 1 : 0, run.exitCode());
        try (var left = Files.list(directory)) {
            assertEquals(0, left.count());
        }
        failed(ToolRun.of("doctor", "--measure", directory.resolve("none").toString()), "none");
        assertTrue(done(ToolRun.of("doctor", "/")).contains("OK "));
    }

    @Test
    void shouldSayWhatToChangeWhenSomethingCostsLatency() throws IOException {
        write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
        write("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
        write("proc/swaps", "Filename Type\n/swap file\n");
        write("proc/sys/vm/max_map_count", "1000\n");
        write("proc/self/limits", "Limit  Soft  Hard\nMax open files  256  4096  files\n"
            + "Max file size  1048576  unlimited  bytes\n");
        for (final String name : List.of("governor", "huge pages", "swap", "mappings",
            "open files", "file size", "/dev/shm")) {
            assertEquals(Level.NOTE, about(name).level(), () -> about(name).toString());
            assertTrue(!about(name).advice().isEmpty(), name);
        }
        assertEquals(Level.NOTE, Checkup.kernel("5.10.0-28-amd64").level());
        assertEquals(Level.OK, Checkup.kernel("5.14.1").level());
        assertEquals(Level.OK, Checkup.kernel("6.1.0").level());
        assertEquals(Level.NOTE, Checkup.processors(1).level());
    }

    @Test
    void shouldBeContentWhenNothingCostsLatency() throws IOException {
        write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
        write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        write("proc/swaps", "Filename Type\n");
        write("proc/sys/vm/max_map_count", "65530\n");
        write("proc/self/limits", "Max open files  20000  20000  files\n"
            + "Max file size  unlimited  unlimited  bytes\n");
        for (final String name : List.of("governor", "huge pages", "swap", "mappings",
            "open files", "file size", "mount options")) {
            assertEquals(Level.OK, about(name).level(), () -> about(name).toString());
        }
    }

    @Test
    void shouldSayThatNothingIsDurableWhenTheDiskIsMountedWithoutBarriers() throws IOException {
        write("proc/mounts", "/dev/a / ext4 rw,relatime 0 0\n/dev/b " + directory
            + " ext4 rw,nobarrier,relatime 0 0\n");
        assertEquals(Level.WRONG, about("mount options").level());
        write("proc/mounts", "/dev/a / ext4 rw,nobarrier 0 0\n/dev/b " + directory
            + " ext4 rw,relatime 0 0\n");
        assertEquals(Level.OK, about("mount options").level());
    }

    @Test
    void shouldSayThatALossOfPowerIsNotNoticedWhenTheSystemHidesItsBootId() throws IOException {
        assertEquals(Level.WRONG, about("boot id").level());
        write("proc/sys/kernel/random/boot_id", "1ab6ab5a-4b8b-4e8c-b4b5-1b1d6e6b9f1f\n");
        assertEquals(Level.OK, about("boot id").level());
    }

    @Test
    void shouldSayThatNothingCanBePublishedWhenTheDiskIsReadOnly() throws IOException {
        for (final String options : List.of("ro", "ro,relatime", "relatime,ro,size=2048k",
            "rw,relatime,errors=remount-ro,emergency_ro")) {
            write("proc/mounts", "/dev/a / ext4 rw,relatime 0 0\ntmpfs " + directory + " tmpfs "
                + options + " 0 0\n");
            assertEquals(Level.WRONG, about("mount options").level(), options);
        }
        write("proc/mounts", "/dev/a / ext4 rw,errors=remount-ro 0 0\n");
        assertEquals(Level.OK, about("mount options").level());
    }

    private static Diagnosis ofDirectory(final Path place) {
        return new Checkup(Path.of("/"), place).diagnoses()
            .filter(one -> one.name().equals("directory")).findFirst().orElseThrow();
    }

    @Test
    void shouldSaySoWhenTheDirectoryIsNotThereOrNoneOrOpenToAll() throws IOException {
        assertEquals(Level.OK, ofDirectory(directory).level());
        final Diagnosis missing = ofDirectory(directory.resolve("none/such"));
        assertEquals(Level.NOTE, missing.level());
        assertTrue(missing.found().contains("none/such is not there"), missing::toString);
        final Path file = Files.createFile(directory.resolve("file"));
        assertEquals(Level.WRONG, ofDirectory(file).level());
        assertEquals(Level.WRONG, ofDirectory(file.resolve("below")).level());
        final Path open = Files.createDirectory(directory.resolve("open"));
        Files.setAttribute(open, "unix:mode", 0777);
        assertEquals(Level.WRONG, ofDirectory(open).level());
        failed(ToolRun.of("create", open.resolve("channel").toString(), "--segment", "64k"), "+t");
        Files.setAttribute(open, "unix:mode", 01777);
        assertEquals(Level.OK, ofDirectory(open).level());
    }

    @Test
    void shouldFindTheMountWhenALinkLeadsThereOrItsNameHasABlank() throws IOException {
        final Path disk = Files.createDirectory(directory.toRealPath().resolve("the disk"));
        final Path link = Files.createSymbolicLink(directory.resolve("link"), disk);
        write("proc/mounts", "/dev/a / ext4 rw,relatime 0 0\n/dev/b "
            + disk.toString().replace(" ", "\\040") + " ext4 ro,relatime 0 0\n");
        for (final Path place : List.of(disk, link)) {
            final Diagnosis found = new Checkup(directory, place).diagnoses()
                .filter(one -> one.name().equals("mount options")).findFirst().orElseThrow();
            assertEquals(Level.WRONG, found.level(), found::toString);
            assertTrue(found.found().startsWith(disk + ": "), found::toString);
        }
    }
}
