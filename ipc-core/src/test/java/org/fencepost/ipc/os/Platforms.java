package org.fencepost.ipc.os;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The platforms that every contract test runs on, each once. */
final class Platforms {
    private Platforms() {
    }

    /** The detected platform and the portable one, which may be the same. */
    static Stream<Named<Platform>> all() {
        return Stream.of(Platform.detect(), Platform.portable()).distinct()
            .map(platform -> Named.of(platform.name(), platform));
    }

    /** The platform of this name, for child JVMs. */
    static Platform named(final String name) {
        return List.of(Platform.detect(), Platform.portable()).stream()
            .filter(platform -> platform.name().equals(name)).findFirst().orElseThrow();
    }
}
