package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** What a program needs on its module path to be compiled against the library. */
class ModuleUseTest {
    @TempDir
    Path temporary;

    @Test
    void shouldNeedNothingButAgronaAndSlf4jWhenAModuleIsCompiledAgainstIt() throws Exception {
        final Path source = Files.createDirectories(temporary.resolve("source/user"));
        Files.writeString(source.resolveSibling("module-info.java"),
            "module user { requires org.fencepost.ipc; }");
        Files.writeString(source.resolve("User.java"), """
            package user;
            class User {
                Object channel = org.fencepost.ipc.ChannelOptions.ring(1 << 20);
                Object file = org.fencepost.ipc.file.AtomicFile.of(java.nio.file.Path.of("x"));
            }
            """);
        final String modulePath = String.join(File.pathSeparator,
            placeOf(Channel.class), placeOf(DirectBuffer.class), placeOf(Logger.class));

        final StringWriter output = new StringWriter();
        assertTrue(compile(modulePath, output,
            source.resolveSibling("module-info.java"), source.resolve("User.java")),
            output::toString);
    }

    private boolean compile(
        final String modulePath, final StringWriter output, final Path... sources)
        throws IOException {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            return compiler.getTask(output, files, null,
                List.of("-d", temporary.resolve("classes").toString(), "-p", modulePath), null,
                files.getJavaFileObjects(sources)).call();
        }
    }

    private static String placeOf(final Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }
}
