package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the library brings along, and that the rest of it works without what it does not. */
class DependenciesTest {
    /** The main class of a process without Jackson. Argument: file. */
    static final class WithoutJackson {
        private WithoutJackson() {
        }

        public static void main(final String[] arguments) throws IOException {
            final Path file = Path.of(arguments[0]);
            AtomicFile.of(file).writeJson("1", (value, out) ->
                out.write(value.getBytes(StandardCharsets.UTF_8)));
            GuardedFile.of(file).replaceInPlace(new byte[] {'1'}, new byte[] {'2'}).orThrow();
            try {
                Class.forName("com.fasterxml.jackson.databind.ObjectMapper");
            } catch (final ClassNotFoundException expected) {
                System.out.print(Files.readString(file));
            }
        }
    }

    @Test
    void shouldBringAgronaAndSlf4jAloneWhenSomebodyDependsOnIt() throws Exception {
        final Element project = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder()
            .parse(new File("pom.xml")).getDocumentElement();
        final Set<String> brought = new TreeSet<>();
        final NodeList dependencies = project.getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            final Element dependency = (Element) dependencies.item(i);
            if (text(dependency, "scope").isEmpty()
                && !text(dependency, "optional").equals("true")) {
                brought.add(text(dependency, "artifactId"));
            }
        }
        assertEquals(Set.of("agrona", "slf4j-api"), brought);
    }

    private static String text(final Element element, final String name) {
        final NodeList found = element.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }

    /** Without a provider the first logger of a process complains on its standard error. */
    @Test
    void shouldAskForNoLoggerWhenThereIsNothingToSay(@TempDir final Path directory) throws Exception {
        assertEquals("2\n", outputWithoutJackson(directory, "slf4j-simple"));
    }

    @Test
    void shouldWorkWhenJacksonIsMissing(@TempDir final Path directory) throws Exception {
        final String output = outputWithoutJackson(directory, "jackson");
        assertTrue(output.endsWith("2\n"), output);
    }

    private static String outputWithoutJackson(final Path directory, final String missing)
        throws Exception {
        final String classPath = Arrays.stream(
            System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jackson") && !entry.contains(missing))
            .collect(Collectors.joining(File.pathSeparator));
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-cp", classPath, WithoutJackson.class.getName(),
            directory.resolve("file").toString()).redirectErrorStream(true).start();
        final String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
