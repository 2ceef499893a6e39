package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Locale;
import org.fencepost.ipc.file.JacksonFiles;
import org.fencepost.ipc.file.Validator;

/** What new content has to be, as an option or by the extension of the file's name. */
enum ContentKind {
    XML, PROPERTIES, JSON, JSONL, UTF8, ANY;

    /** By the extension; anything if that is none of these. */
    static ContentKind of(final Path file) {
        final String name = String.valueOf(file.getFileName());
        final int dot = name.lastIndexOf('.');
        return switch (dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT)) {
            case "xml" -> XML;
            case "properties" -> PROPERTIES;
            case "json" -> JSON;
            case "jsonl", "ndjson" -> JSONL;
            case "txt" -> UTF8;
            default -> ANY;
        };
    }

    Validator validator() {
        return switch (this) {
            case XML -> Validator.xml();
            case PROPERTIES -> Validator.properties();
            case JSON -> JacksonFiles.of(new ObjectMapper()).json();
            case JSONL -> JacksonFiles.of(new ObjectMapper()).jsonLines();
            case UTF8 -> Validator.utf8();
            case ANY -> Validator.any();
        };
    }

    /** As it is typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
