package org.fencepost.ipc.file;

/** How a file is replaced. Immutable; every method gives another one. */
public final class FileOptions {
    /** Permissions of a new file before the umask: all may read and write. */
    public static final int PERMISSIONS_DEFAULT = 0666;

    private static final FileOptions DEFAULTS =
        new FileOptions(true, true, true, true, PERMISSIONS_DEFAULT);

    private final boolean parents;
    private final boolean followLinks;
    private final boolean trailingNewline;
    private final boolean owner;
    private final int permissions;

    private FileOptions(
        final boolean parents, final boolean followLinks, final boolean trailingNewline,
        final boolean owner, final int permissions) {
        this.parents = parents;
        this.followLinks = followLinks;
        this.trailingNewline = trailingNewline;
        this.owner = owner;
        this.permissions = permissions;
    }

    /**
     * Missing parents are made, symbolic links are followed, text ends with a newline, the owner of
     * a replaced file is kept, and a new file has the permissions that the umask leaves of
     * {@link #PERMISSIONS_DEFAULT}.
     */
    public static FileOptions defaults() {
        return DEFAULTS;
    }

    /** Whether missing parent directories are made. */
    public FileOptions createParents(final boolean create) {
        return new FileOptions(create, followLinks, trailingNewline, owner, permissions);
    }

    /**
     * Whether a symbolic link in the place of the file stands for the file that it leads to, which
     * need not exist; otherwise it is refused. Links on the way to it are always followed.
     */
    public FileOptions followLinks(final boolean follow) {
        return new FileOptions(parents, follow, trailingNewline, owner, permissions);
    }

    /** Whether text, JSON and JSON Lines that do not end with a newline get one. */
    public FileOptions trailingNewline(final boolean append) {
        return new FileOptions(parents, followLinks, append, owner, permissions);
    }

    /**
     * Whether a replaced file must keep its user and group, so that replacing it fails where they
     * cannot be kept; otherwise it is then the writer's.
     */
    public FileOptions keepOwner(final boolean keep) {
        return new FileOptions(parents, followLinks, trailingNewline, keep, permissions);
    }

    /**
     * Permissions of a file that was not there, from which the umask is taken.
     *
     * @throws IllegalArgumentException if there are other than the nine bits
     */
    public FileOptions newFilePermissions(final int bits) {
        if ((bits & ~0777) != 0) {
            throw new IllegalArgumentException(
                "permissions: expected 0 to 0777, found 0" + Integer.toOctalString(bits));
        }
        return new FileOptions(parents, followLinks, trailingNewline, owner, bits);
    }

    boolean parents() {
        return parents;
    }

    boolean followsLinks() {
        return followLinks;
    }

    boolean appendsNewline() {
        return trailingNewline;
    }

    boolean keepsOwner() {
        return owner;
    }

    int permissions() {
        return permissions;
    }
}
