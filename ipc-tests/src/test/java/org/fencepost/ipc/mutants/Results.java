package org.fencepost.ipc.mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was found so far, in a file, so that a run that was interrupted goes on where it was. A result
 * counts for the product's source and the mutant's text that it was found with; that a layer passed
 * counts for the tests too.
 */
final class Results {
    private final Path file;
    private final String source;
    private final String tests;
    private final Map<String, Result> results = new HashMap<>();

    /** Which layer caught a mutant, and how. */
    record Result(Layer layer, String how, double seconds) {
    }

    Results(final Suite suite, final boolean fresh) throws IOException {
        this.file = suite.scratch().resolve("results.tsv");
        this.source = digest(suite.sources());
        this.tests = digest(suite.root().resolve("ipc-core/src/test"))
            + digest(suite.root().resolve("ipc-tests/src/test/java")) + suite.schedules();
        Files.createDirectories(suite.scratch());
        if (fresh) {
            Files.deleteIfExists(file);
        }
        if (Files.exists(file)) {
            for (final String line : Files.readAllLines(file)) {
                final String[] parts = line.split("\t", 4);
                results.put(parts[0],
                    new Result(Layer.valueOf(parts[1]), parts[3], Double.parseDouble(parts[2])));
            }
        }
    }

    /** Which layer has caught it, or null. */
    synchronized Result of(final Mutant mutant) {
        return results.get(key(mutant.toString()));
    }

    /** Whether a layer is known to pass against the product as it is, or with a fault. */
    synchronized boolean hasPassed(final Layer layer, final Mutant mutantOrNull) {
        return results.containsKey(passedKey(layer, mutantOrNull));
    }

    /** Remembers that a mutant was caught. */
    synchronized void caught(final Mutant mutant, final Result result) throws IOException {
        add(key(mutant.toString()), result);
    }

    /** Remembers that a layer passes, as long as its tests are the same. */
    synchronized void passed(
        final Layer layer, final Mutant mutantOrNull, final double seconds) throws IOException {
        add(passedKey(layer, mutantOrNull), new Result(layer, "passed", seconds));
    }

    private void add(final String key, final Result result) throws IOException {
        results.put(key, result);
        Files.writeString(file,
            String.format(Locale.ROOT, "%s\t%s\t%.1f\t%s%n",
                key, result.layer, result.seconds, result.how.replace('\t', ' ')),
            StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private String passedKey(final Layer layer, final Mutant mutantOrNull) {
        return key(tests + layer + mutantOrNull);
    }

    private String key(final String what) {
        return hash(List.of(source, what));
    }

    private static String digest(final Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return hash(files.filter(Files::isRegularFile).sorted().map(path -> {
                try {
                    return path + Files.readString(path);
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).toList());
        }
    }

    private static String hash(final List<String> texts) {
        try {
            final MessageDigest digest = MessageDigest.getInstance("SHA-256");
            texts.forEach(text -> digest.update(text.getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
