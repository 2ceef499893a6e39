package org.fencepost.ipc.disk;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A moment at which the power fails: what the disk has for certain, and everything of which it may
 * have one version or another. Of each page any content since its last sync, also of its sectors
 * one by one; where the block was never written, what another file has left there; of a file's size
 * any since its last sync; of the changes of names since their directory's last sync any.
 */
public final class Crash {
    private static final int SECTOR_BYTES = 512;
    /** One page out of so many is torn, or has old content where that is possible. */
    private static final int PAGES_PER_TEAR = 3;

    private final int boot;
    private final int inodes;
    private final Node root;
    private final Map<Inode, Node> nodes = new IdentityHashMap<>();
    /** What other files may have left in a block. */
    private final List<byte[]> leftBehind = new ArrayList<>();
    private int choices;

    /** What is chosen among, one number each, from 0. */
    private interface Choice {
        /** Which of so many versions. */
        int version(int choice, int versions);

        /** Of a page. */
        byte[] page(int choice, byte[][] versions, boolean fresh);
    }

    /** A file or a directory, as the snapshot has it. */
    private static final class Node {
        private int number;
        /** Of a page that is certain: one version. */
        private byte[][][] pages;
        private boolean[] fresh;
        private int[] pageChoices;
        private long[] sizes;
        private int sizeChoice;
        private Map<String, Node> names;
        private List<Map<String, Node>> renamings;
        private int firstRenamingChoice;
    }

    /** Of that disk, now. */
    public Crash(final Disk disk) {
        this.boot = disk.boot;
        this.inodes = disk.inodes();
        this.root = node(disk.root);
    }

    /** How many things may or may not have reached the disk. */
    public int choices() {
        return choices;
    }

    /** The disk with the newest version of those in the set, and the oldest of all others. */
    public Disk image(final long newest, final boolean recorded, final Disk.Watcher watcher) {
        return image(new Choice() {
            @Override
            public int version(final int choice, final int versions) {
                return (newest >>> choice & 1) == 0 ? 0 : versions - 1;
            }

            @Override
            public byte[] page(final int choice, final byte[][] versions, final boolean fresh) {
                return versions[version(choice, versions.length)];
            }
        }, recorded, watcher);
    }

    /** A disk that is drawn. */
    public Disk image(
        final SplittableRandom random, final boolean recorded, final Disk.Watcher watcher) {
        // Often most of it is there, or most of it is not.
        final int newestOfFour = random.nextInt(5);
        return image(new Choice() {
            @Override
            public int version(final int choice, final int versions) {
                return random.nextInt(4) < newestOfFour ? versions - 1 : random.nextInt(versions);
            }

            @Override
            public byte[] page(final int choice, final byte[][] versions, final boolean fresh) {
                if (random.nextInt(PAGES_PER_TEAR) > 0) {
                    return versions[version(choice, versions.length)];
                }
                final byte[] page = new byte[Page.BYTES];
                for (int at = 0; at < Page.BYTES; at += SECTOR_BYTES) {
                    final byte[] from = fresh && random.nextBoolean()
                        ? leftBehind.get(random.nextInt(leftBehind.size()))
                        : versions[version(choice, versions.length)];
                    System.arraycopy(from, at, page, at, SECTOR_BYTES);
                }
                return page;
            }
        }, recorded, watcher);
    }

    private Disk image(final Choice choice, final boolean recorded, final Disk.Watcher watcher) {
        return new Disk(
            boot + 1, inode(root, choice, new IdentityHashMap<>()), inodes, recorded, watcher);
    }

    private Inode inode(final Node node, final Choice choice, final Map<Node, Inode> made) {
        final Inode known = made.get(node);
        if (known != null) {
            return known;
        }
        final Inode inode =
            node.names == null ? Inode.file(node.number) : Inode.directory(node.number);
        made.put(node, inode);
        if (node.names == null) {
            fill(inode, node, choice);
        } else {
            final Map<String, Node> names = new TreeMap<>(node.names);
            for (int i = 0; i < node.renamings.size(); i++) {
                if (choice.version(node.firstRenamingChoice + i, 2) == 1) {
                    node.renamings.get(i).forEach((name, child) -> {
                        if (child == null) {
                            names.remove(name);
                        } else {
                            names.put(name, child);
                        }
                    });
                }
            }
            names.forEach((name, child) ->
                inode.change(Inode.Renaming.of(name, inode(child, choice, made)), false));
        }
        return inode;
    }

    private void fill(final Inode inode, final Node node, final Choice choice) {
        final long size = node.sizes.length == 1 ? node.sizes[0]
            : node.sizes[choice.version(node.sizeChoice, node.sizes.length)];
        inode.sizes.set(0, size);
        for (int i = 0; (long) i * Page.BYTES < size; i++) {
            final byte[][] versions = node.pages[i];
            inode.pages.add(new Page(versions.length == 1 ? versions[0]
                : choice.page(node.pageChoices[i], versions, node.fresh[i])));
        }
    }

    private Node node(final Inode inode) {
        final Node known = nodes.get(inode);
        if (known != null || inode == null) {
            return known;
        }
        final Node node = new Node();
        nodes.put(inode, node);
        node.number = inode.number;
        if (inode.isDirectory()) {
            node.names = new TreeMap<>();
            inode.syncedNames.forEach((name, child) -> node.names.put(name, node(child)));
            node.firstRenamingChoice = choices;
            choices += inode.renamings.size();
            node.renamings = inode.renamings.stream().map(renaming -> {
                final Map<String, Node> names = new TreeMap<>();
                renaming.names().forEach((name, child) -> names.put(name, node(child)));
                return names;
            }).toList();
            return node;
        }
        node.sizes = inode.sizes.stream().mapToLong(Long::longValue).toArray();
        if (node.sizes.length > 1) {
            node.sizeChoice = choices++;
        }
        final int pages = inode.pages.size();
        node.pages = new byte[pages][][];
        node.fresh = new boolean[pages];
        node.pageChoices = new int[pages];
        for (int i = 0; i < pages; i++) {
            final Page page = inode.pages.get(i);
            node.pages[i] = page.versions();
            node.fresh[i] = page.isFresh();
            if (node.pages[i].length > 1) {
                node.pageChoices[i] = choices++;
            }
            leftBehind.add(page.bytes());
        }
        return node;
    }
}
