package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.durable.Surroundings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests with a file in a directory, on the detected platform and on the portable one. */
@ParameterizedClass
@MethodSource("org.fencepost.ipc.file.Places#all")
abstract class OnEveryPlatform {
    @Parameter
    Surroundings surroundings;

    @TempDir
    Path directory;

    Path path;

    private final String content;

    OnEveryPlatform(final String content) {
        this.content = content;
    }

    @BeforeEach
    void write() throws IOException {
        path = Files.writeString(directory.resolve("config"), content);
    }

    @AfterEach
    void shouldLeaveNoTemporaryWhenATestEnds() throws IOException {
        assertEquals(List.of(), Places.temporaries(directory));
    }
}
