package org.fencepost.ipc.mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One fault that is put into the product.
 *
 * @param name  how it is called on the command line and in the table.
 * @param fault what is wrong with it, in one sentence.
 * @param edits what is replaced.
 */
record Mutant(String name, String fault, List<Edit> edits) {

    private static final Pattern TOKEN = Pattern.compile("\\w+|\\S");

    /**
     * A piece of source that is replaced.
     *
     * @param file   the source file, below the root package of the product.
     * @param within text that begins the member in which {@code before} is looked for, or empty.
     * @param before what has to be there exactly once; any white space, or none.
     * @param after  what stands there instead.
     */
    record Edit(String file, String within, String before, String after) {
    }

    /** That a mutant's text is not in the source any more, or that a list cannot be read. */
    static final class NotApplicableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotApplicableException(final String message) {
            super(message);
        }
    }

    /** The changed files of the product and their new content. */
    Map<String, String> apply(final Path sources) throws IOException {
        final Map<String, String> changed = new LinkedHashMap<>();
        for (final Edit edit : edits) {
            String text = changed.get(edit.file);
            if (text == null) {
                final Path file = sources.resolve(edit.file);
                if (!Files.exists(file)) {
                    throw new NotApplicableException(name + ": there is no " + edit.file);
                }
                text = Files.readString(file);
            }
            changed.put(edit.file, replace(text, edit));
        }
        return changed;
    }

    private String replace(final String text, final Edit edit) {
        int from = 0;
        int to = text.length();
        if (!edit.within.isEmpty()) {
            final Matcher member = once(pattern(edit.within), text, edit, edit.within);
            from = member.start();
            // Members of the outermost class end so.
            final int end = text.indexOf("\n    }\n", from);
            to = end < 0 ? to : end;
        }
        final String part = text.substring(from, to);
        final Matcher found = once(pattern(edit.before), part, edit, edit.before);
        return text.substring(0, from) + part.substring(0, found.start()) + edit.after
            + part.substring(found.end()) + text.substring(to);
    }

    private Matcher once(
        final Pattern pattern, final String text, final Edit edit, final String wanted) {
        final long count = pattern.matcher(text).results().count();
        if (count != 1) {
            throw new NotApplicableException(name + ": expected once, found " + count + " times in "
                + edit.file + (edit.within.isEmpty() ? "" : ", " + edit.within) + ": " + wanted);
        }
        final Matcher matcher = pattern.matcher(text);
        matcher.find();
        return matcher;
    }

    /** The text with any white space, or none, wherever white space may be. */
    private static Pattern pattern(final String text) {
        final StringBuilder pattern = new StringBuilder();
        String last = "";
        for (final String token : TOKEN.matcher(text).results().map(MatchResult::group).toList()) {
            final boolean word = isWord(token);
            if (pattern.isEmpty()) {
                pattern.append(word ? "\\b" : "");
            } else {
                pattern.append(word && isWord(last) ? "\\s+" : "\\s*");
            }
            pattern.append(Pattern.quote(token));
            last = token;
        }
        return Pattern.compile(pattern.append(isWord(last) ? "\\b" : "").toString());
    }

    private static boolean isWord(final String token) {
        return !token.isEmpty() && Character.isJavaIdentifierPart(token.charAt(0));
    }

    /** All lists of a folder, in the order of their names. */
    static List<Mutant> readAll(final Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted()
                .flatMap(file -> read(file).stream()).toList();
        }
    }

    /**
     * The mutants of a list, which an empty line parts from each other. The first line of each is its
     * name, a colon and the fault; then follow edits: the file, perhaps after it an at sign and the
     * beginning of a member, lines that begin with a minus, lines that begin with a plus. Lines that
     * begin with {@code #} are for people.
     */
    private static List<Mutant> read(final Path list) {
        final List<Mutant> mutants = new ArrayList<>();
        try {
            for (final String paragraph : Files.readString(list).split("\n\\s*\n")) {
                final List<String> lines = paragraph.lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank()).toList();
                if (!lines.isEmpty()) {
                    mutants.add(parse(list, lines));
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return mutants;
    }

    private static Mutant parse(final Path list, final List<String> lines) {
        final String[] head = lines.getFirst().split(": ", 2);
        if (head.length != 2) {
            throw new NotApplicableException(
                list + ": expected a name and a fault, found: " + lines.getFirst());
        }
        final List<Edit> edits = new ArrayList<>();
        String file = "";
        String within = "";
        int i = 1;
        while (i < lines.size()) {
            if (lines.get(i).charAt(0) != '-') {
                final String[] place = lines.get(i++).split(" @ ", 2);
                file = place[0].strip();
                within = place.length == 2 ? place[1] : "";
            }
            final StringBuilder before = new StringBuilder();
            while (i < lines.size() && lines.get(i).charAt(0) == '-') {
                before.append(lines.get(i++).substring(1)).append('\n');
            }
            final StringBuilder after = new StringBuilder();
            while (i < lines.size() && lines.get(i).charAt(0) == '+') {
                after.append(lines.get(i++).substring(1)).append('\n');
            }
            if (before.isEmpty()) {
                throw new NotApplicableException(
                    list + ", " + head[0] + ": expected a line that begins with a minus");
            }
            edits.add(new Edit(file, within, before.toString(), after.toString()));
        }
        if (edits.isEmpty()) {
            throw new NotApplicableException(list + ", " + head[0] + " replaces nothing");
        }
        return new Mutant(head[0], head[1], List.copyOf(edits));
    }
}
