package org.fencepost.ipc.file;

import java.util.Objects;

/** Decides whether content may be written, before anything is. */
@FunctionalInterface
public interface Validator {
    /**
     * Returns if the content is good.
     *
     * @throws Exception if it is not; its message is the reason
     */
    void validate(byte[] content) throws Exception;

    /** Lets everything pass. */
    static Validator any() {
        return content -> Objects.requireNonNull(content, "content");
    }

    /** Lets UTF-8 text pass. */
    static Validator utf8() {
        return Validators::utf8;
    }

    /**
     * Lets well-formed XML pass. Nothing outside of the content is read, and entities that expand
     * without end are refused.
     */
    static Validator xml() {
        return Validators::xml;
    }

    /** Lets UTF-8 text pass that {@link java.util.Properties} can load. */
    static Validator properties() {
        return Validators::properties;
    }

    /** Lets pass what both let pass. */
    default Validator and(final Validator other) {
        return content -> {
            validate(content);
            other.validate(content);
        };
    }
}
