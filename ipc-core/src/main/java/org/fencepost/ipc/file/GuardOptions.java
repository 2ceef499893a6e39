package org.fencepost.ipc.file;

import java.util.Objects;

/** How a guarded file is changed. Immutable; every method gives another one. */
public final class GuardOptions {
    /** Earlier versions that are kept unless the options say otherwise. */
    public static final int HISTORY_DEFAULT = 8;
    /** Most earlier versions that can be kept. */
    public static final int HISTORY_MAX = 1000;

    private static final GuardOptions DEFAULTS =
        new GuardOptions(FileOptions.defaults(), Validator.any(), HISTORY_DEFAULT);

    private final FileOptions file;
    private final Validator validator;
    private final int history;

    private GuardOptions(
        final FileOptions file, final Validator validator, final int history) {
        this.file = file;
        this.validator = validator;
        this.history = history;
    }

    /** {@link FileOptions#defaults()}, any content, {@link #HISTORY_DEFAULT} versions. */
    public static GuardOptions defaults() {
        return DEFAULTS;
    }

    /** How the file is replaced. */
    public GuardOptions file(final FileOptions options) {
        return new GuardOptions(Objects.requireNonNull(options, "options"), validator, history);
    }

    /** What content has to pass before it is written; a rollback or a replacement in place does not ask it. */
    public GuardOptions validator(final Validator decides) {
        return new GuardOptions(file, Objects.requireNonNull(decides, "decides"), history);
    }

    /**
     * How many earlier versions are kept.
     *
     * @throws IllegalArgumentException if not 0 to {@link #HISTORY_MAX}
     */
    public GuardOptions history(final int versions) {
        if (versions < 0 || versions > HISTORY_MAX) {
            throw new IllegalArgumentException(
                "history: expected 0 to " + HISTORY_MAX + ", found " + versions);
        }
        return new GuardOptions(file, validator, versions);
    }

    FileOptions file() {
        return file;
    }

    Validator validator() {
        return validator;
    }

    int history() {
        return history;
    }
}
