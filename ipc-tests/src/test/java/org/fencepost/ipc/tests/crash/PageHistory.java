package org.fencepost.ipc.tests.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every content that the pages of a directory's files have had since each was last on the disk. A
 * crash leaves of each page one of them, or of each of its sectors: the kernel writes pages when it
 * likes, and a write may stop between two sectors. A file that is seen for the first time is whole: it
 * is synced before it gets its name.
 */
final class PageHistory {
    private static final int PAGE_BYTES = 4096;
    private static final int SECTOR_BYTES = 512;
    /** One dirty page out of so many is torn. */
    private static final int PAGES_PER_TEAR = 3;

    private final Path directory;
    private final Map<String, List<List<byte[]>>> files = new TreeMap<>();

    PageHistory(final Path directory) {
        this.directory = directory;
    }

    /** Takes in what there is now. */
    void look() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (final Path file : entries.toList()) {
                final String name = file.getFileName().toString();
                if (!name.startsWith(".")) {
                    look(name, Files.readAllBytes(file));
                }
            }
        }
    }

    /** A part of a file, as it is now, is on the disk. */
    void synced(final Path file, final long offset, final long lengthBytes) throws IOException {
        look();
        final List<List<byte[]>> pages = files.get(file.getFileName().toString());
        final long end = offset + lengthBytes;
        for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < end; page++) {
            final List<byte[]> versions = pages.get((int) page);
            versions.subList(0, versions.size() - 1).clear();
        }
    }

    /** Pages that may be lost. */
    int dirtyPages() {
        return (int) files.values().stream().flatMap(List::stream)
            .filter(versions -> versions.size() > 1).count();
    }

    /** What a crash may leave, drawn from the number. */
    void write(final Path target, final SplittableRandom random) throws IOException {
        Files.createDirectories(target);
        // Often most of it is there, or most of it is not.
        final int newest = random.nextInt(4);
        for (final Map.Entry<String, List<List<byte[]>>> file : files.entrySet()) {
            final byte[] content = new byte[file.getValue().size() * PAGE_BYTES];
            for (int page = 0; page < file.getValue().size(); page++) {
                page(file.getValue().get(page), newest, random, content, page * PAGE_BYTES);
            }
            Files.write(target.resolve(file.getKey()), content);
        }
    }

    private static void page(
        final List<byte[]> versions, final int newest, final SplittableRandom random,
        final byte[] content, final int offset) {
        final boolean torn = versions.size() > 1 && random.nextInt(PAGES_PER_TEAR) == 0;
        byte[] version = version(versions, newest, random);
        for (int sector = 0; sector < PAGE_BYTES; sector += SECTOR_BYTES) {
            if (torn) {
                version = version(versions, newest, random);
            }
            System.arraycopy(version, sector, content, offset + sector, SECTOR_BYTES);
        }
    }

    private static byte[] version(
        final List<byte[]> versions, final int newest, final SplittableRandom random) {
        return random.nextInt(4) < newest
            ? versions.getLast() : versions.get(random.nextInt(versions.size()));
    }

    private void look(final String name, final byte[] content) {
        final List<List<byte[]>> pages = files.computeIfAbsent(name, first -> new ArrayList<>());
        for (int page = 0; page * PAGE_BYTES < content.length; page++) {
            final byte[] now =
                Arrays.copyOfRange(content, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
            if (page == pages.size()) {
                pages.add(new ArrayList<>(List.of(now)));
            } else if (!Arrays.equals(pages.get(page).getLast(), now)) {
                pages.get(page).add(now);
            }
        }
    }
}
