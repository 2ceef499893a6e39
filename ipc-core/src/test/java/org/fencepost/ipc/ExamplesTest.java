package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the README, of the other documents and of the javadoc compile as they are. */
class ExamplesTest {
    private static final Pattern IN_DOCUMENT = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern IN_JAVADOC =
        Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* }</pre>", Pattern.DOTALL);
    private static final Pattern MARGIN = Pattern.compile("^ *\\*", Pattern.MULTILINE);

    /** What examples leave to their reader. */
    private static final String SURROUNDINGS = """
        import com.fasterxml.jackson.databind.ObjectMapper;
        import java.nio.file.Path;
        import java.time.*;
        import java.util.*;
        import org.agrona.*;
        import org.agrona.concurrent.*;
        import org.fencepost.ipc.*;
        import org.fencepost.ipc.MessageHandler;
        import org.fencepost.ipc.file.*;
        abstract class Example%d {
            static final int QUOTE = 1, TRADE = 2, TYPE = 3;
            final Claim claim = new Claim();
            boolean running;
            byte[] bytes;
            int length;
            long instrument, price, position;
            Channel channel;
            Duration timeout;
            ErrorHandler onError;
            IdleStrategy idle, idleStrategy;
            MessageHandler onOrder, onQuote;
            MutableDirectBuffer buffer;
            Path path;
            Publisher publisher;
            Settings settings;
            Subscriber orders, quotes;
            record Settings(int port) {
            }
            abstract boolean consume(java.lang.foreign.MemorySegment line);
            abstract byte[] edit(byte[] content);
            abstract void log(String sha256);
            abstract void onQuote(long instrument, long price);
            abstract void report(Replacement replacement);
            abstract void retryLater(long processId);
            void example() throws Exception {
                %s
            }
        }
        """;

    @TempDir
    Path temporary;

    @Test
    void shouldCompileEveryExample() throws Exception {
        final Path checkout = Path.of(
            ExamplesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI()).resolve("../../..");
        final List<JavaFileObject> examples = new ArrayList<>();
        int begun = 0;
        for (final Path file : files(checkout)) {
            final boolean javadoc = file.toString().endsWith(".java");
            final String text = Files.readString(file);
            begun += text.split(javadoc ? "<pre>\\{@code" : "```java", -1).length - 1;
            (javadoc ? IN_JAVADOC : IN_DOCUMENT).matcher(text).results().map(found -> found.group(1)).forEach(
                found -> examples.add(source(
                    file, examples.size(), javadoc ? MARGIN.matcher(found).replaceAll("") : found)));
        }
        assertTrue(begun > 0);
        assertEquals(begun, examples.size());

        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final StringWriter output = new StringWriter();
        assertTrue(compiler.getTask(output, null, null,
            List.of("-d", temporary.toString(), "-proc:none"), null, examples).call(), output::toString);
    }

    private static List<Path> files(final Path checkout) throws IOException {
        final List<Path> files = new ArrayList<>(List.of(checkout.resolve("README.md")));
        for (final String directory : List.of("docs", "ipc-core/src/main/java")) {
            try (Stream<Path> tree = Files.walk(checkout.resolve(directory))) {
                tree.filter(file -> file.toString().endsWith(".md") || file.toString().endsWith(".java"))
                    .sorted().forEach(files::add);
            }
        }
        return files;
    }

    /** Errors of the compiler name the file that the example is in, and count lines from the surroundings on. */
    private static JavaFileObject source(final Path file, final int number, final String example) {
        final URI name = URI.create("example:///" + file.getFileName() + "/Example" + number + ".java");
        return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(final boolean ignoreEncodingErrors) {
                return SURROUNDINGS.formatted(number, example);
            }
        };
    }
}
