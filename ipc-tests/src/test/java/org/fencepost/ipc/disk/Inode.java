package org.fencepost.ipc.disk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A file or a directory, whatever its names are, and what of it may not be on the disk yet. */
final class Inode {
    /**
     * A change of names that happens as a whole or not at all; a name without a file is removed.
     */
    record Renaming(Map<String, Inode> names) {
        static Renaming of(final String name, final Inode inode) {
            final Map<String, Inode> names = new LinkedHashMap<>();
            names.put(name, inode);
            return new Renaming(names);
        }

        void applyTo(final Map<String, Inode> target) {
            names.forEach((name, inode) -> {
                if (inode == null) {
                    target.remove(name);
                } else {
                    target.put(name, inode);
                }
            });
        }
    }

    final int number;
    /** Of a directory; null for a file. */
    final Map<String, Inode> names;
    /** Of a directory: the names that are on the disk for certain, and what has changed since. */
    final Map<String, Inode> syncedNames;
    final List<Renaming> renamings = new ArrayList<>();

    /** Of a file. */
    final List<Page> pages = new ArrayList<>();
    /** Of a file: its sizes, from the one that is on the disk for certain to the present one. */
    final List<Long> sizes = new ArrayList<>(List.of(0L));
    /**
     * How often the disk has failed to take a page, and whether anybody has been told of the last
     * one.
     */
    int failures;
    boolean failureSeen = true;

    private Inode(final int number, final boolean directory) {
        this.number = number;
        this.names = directory ? new TreeMap<>() : null;
        this.syncedNames = directory ? new TreeMap<>() : null;
    }

    static Inode file(final int number) {
        return new Inode(number, false);
    }

    static Inode directory(final int number) {
        return new Inode(number, true);
    }

    boolean isDirectory() {
        return names != null;
    }

    void change(final Renaming renaming, final boolean recorded) {
        renaming.applyTo(names);
        if (recorded) {
            renamings.add(renaming);
        } else {
            renaming.applyTo(syncedNames);
        }
    }

    long size() {
        return sizes.getLast();
    }

    /**
     * Makes it longer, by zeros.
     *
     * @param setAside whether blocks are noted as unwritten: such a one reads as zeros until what is
     *                 written to it is on the disk.
     */
    void grow(final long size, final boolean setAside, final boolean recorded) {
        if (size <= size()) {
            return;
        }
        if (!recorded) {
            sizes.clear();
        }
        sizes.add(size);
        while ((long) pages.size() * Page.BYTES < size) {
            pages.add(new Page(!setAside));
        }
    }

    /** Which failures somebody is not told of who opens or maps this now. */
    int failuresKnown() {
        return failureSeen ? failures : failures - 1;
    }
}
