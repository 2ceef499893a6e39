package org.fencepost.ipc.tests.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.tests.child.ChildJvm;

/**
 * 64 threads in 4 processes replace one file, of which one process after the other is killed and
 * another started, while 8 threads read it. As a program, with a directory and a number of seconds,
 * it does so for as long as one likes.
 */
final class ReplaceRun {
    private static final int PROCESSES = 4;
    private static final int THREADS = 16;
    private static final int READERS = 8;
    private static final int MILLIS_BETWEEN_KILLS_MAX = 600;
    private static final int ROUNDS_BETWEEN_ALL = 4;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Path file;
    private final Random random;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong distinct = new AtomicLong();
    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    private int kills;
    private long temporariesOfDead;
    private long replacedByLast;

    ReplaceRun(final Path directory, final long seed) {
        this.directory = directory;
        this.file = directory.resolve("replaced");
        this.random = new Random(seed);
    }

    /**
     * What was seen.
     *
     * @param reads             contents that were checked
     * @param changesSeen       how often a reader found another content than before
     * @param kills             processes that were killed
     * @param temporariesOfDead temporary files that were there when nobody lived
     * @param replacedByLast    replacements of those who were alive at the end
     * @param problems          torn, missing or left over
     */
    record Result(
        long reads, long changesSeen, int kills, long temporariesOfDead, long replacedByLast,
        List<String> problems) {
    }

    public static void main(final String[] arguments) throws Exception {
        final long seed = System.nanoTime();
        System.out.println("seed " + seed);
        final Result result = new ReplaceRun(Path.of(arguments[0]), seed)
            .run(Duration.ofSeconds(Long.parseLong(arguments[1])));
        System.out.println(result);
        System.exit(result.problems().isEmpty() ? 0 : 1);
    }

    Result run(final Duration duration) throws Exception {
        AtomicFile.of(file).writeBytes(Sealed.content(random));
        final List<ChildJvm> writers = new ArrayList<>();
        final List<Thread> readers = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                writers.add(startWriter());
            }
            for (int i = 0; i < READERS; i++) {
                readers.add(Thread.ofPlatform().start(this::read));
            }
            killUntil(System.nanoTime() + duration.toNanos(), writers);
            stopped.countDown();
            for (final Thread reader : readers) {
                reader.join();
            }
            for (final ChildJvm writer : writers) {
                writer.closeInput();
                replacedByLast += Long.parseLong(writer.awaitLine("replaced", PATIENCE));
                writer.awaitSuccess(PATIENCE);
            }
        } finally {
            stopped.countDown();
            writers.forEach(ChildJvm::close);
        }
        AtomicFile.of(file).writeBytes(Sealed.content(random));
        final List<Path> left = temporaries();
        if (!left.isEmpty()) {
            problems.add("temporary files are left: " + left);
        }
        return new Result(reads.get(), distinct.get(), kills, temporariesOfDead,
            replacedByLast, List.copyOf(problems));
    }

    private ChildJvm startWriter() {
        return ChildJvm.start(Replacer.class, file.toString(), String.valueOf(THREADS));
    }

    /** Each is killed only once all of its threads may have written. */
    private void killUntil(final long endNanos, final List<ChildJvm> writers) throws Exception {
        for (final ChildJvm writer : writers) {
            writer.awaitLine("working", PATIENCE);
        }
        int round = 0;
        do {
            if (round++ % ROUNDS_BETWEEN_ALL == 0) {
                killAll(writers);
            } else {
                final int victim = random.nextInt(writers.size());
                kill(writers.get(victim));
                writers.set(victim, startWriter());
                writers.get(victim).awaitLine("working", PATIENCE);
            }
        } while (System.nanoTime() < endNanos
            && !stopped.await(random.nextInt(MILLIS_BETWEEN_KILLS_MAX), TimeUnit.MILLISECONDS));
    }

    private void kill(final ChildJvm writer) {
        if (!writer.isAlive()) {
            problems.add(writer.describe("ended by itself"));
        }
        writer.kill();
        kills++;
    }

    /** So that nobody removes what they leave until it was counted. */
    private void killAll(final List<ChildJvm> writers) throws IOException {
        writers.forEach(this::kill);
        temporariesOfDead += temporaries().size();
        writers.replaceAll(dead -> startWriter());
        for (final ChildJvm writer : writers) {
            writer.awaitLine("working", PATIENCE);
        }
    }

    private List<Path> temporaries() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> !entry.equals(file)).toList();
        }
    }

    private void read() {
        long checksum = 0;
        while (stopped.getCount() > 0) {
            try {
                final byte[] content = Files.readAllBytes(file);
                final String problem = Sealed.problem(content);
                if (!problem.isEmpty()) {
                    problems.add(problem);
                    stopped.countDown();
                }
                final long now = Arrays.hashCode(content);
                distinct.addAndGet(now == checksum ? 0 : 1);
                checksum = now;
                reads.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (final IOException missing) {
                problems.add(missing.toString());
                stopped.countDown();
            }
        }
    }
}
