package org.fencepost.ipc.sim;

import java.util.Locale;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Runs something for each number of a range, on several threads that share nothing else, and says
 * from time to time how far it is. After a failure only smaller numbers are still run: so the failure
 * that is reported is that of the smallest number, whatever the number of threads.
 */
final class Campaign {
    private static final long BLOCK = 64;
    private static final long REPORT_SECONDS = 10;

    private final String name;
    private final long first;
    private final long end;
    private final int threads;
    private final LongConsumer work;
    private final Supplier<String> summary;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final ConcurrentSkipListSet<Long> running = new ConcurrentSkipListSet<>();
    private final ConcurrentSkipListMap<Long, Throwable> failures = new ConcurrentSkipListMap<>();

    Campaign(
        final String name, final long first, final long count, final int threads,
        final LongConsumer work, final Supplier<String> summary) {
        this.name = name;
        this.first = first;
        this.end = first + count;
        this.threads = threads;
        this.work = work;
        this.summary = summary;
        next = new AtomicLong(first);
    }

    /** Whether everything passed; otherwise the first failure has been printed. */
    boolean run() throws InterruptedException {
        final long start = System.nanoTime();
        final CountDownLatch ended = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            Thread.ofPlatform().daemon().name("simulate-" + i).start(() -> {
                try {
                    workThrough();
                } finally {
                    ended.countDown();
                }
            });
        }
        while (!ended.await(REPORT_SECONDS, TimeUnit.SECONDS)) {
            report(start);
        }
        report(start);
        if (failures.isEmpty()) {
            return true;
        }
        final Throwable failure = failures.firstEntry().getValue();
        System.out.println(name + ": first failure at " + failures.firstKey());
        failure.printStackTrace(System.out);
        return false;
    }

    private void workThrough() {
        while (true) {
            final long block = takeBlock();
            final long blockEnd = Math.min(end, block + BLOCK);
            long number = block;
            try {
                for (; number < blockEnd && isWanted(number); number++) {
                    work.accept(number);
                    done.incrementAndGet();
                }
            } catch (final RuntimeException | Error failure) {
                failures.put(number, failure);
            }
            running.remove(block);
            if (block >= end || !isWanted(block)) {
                return;
            }
        }
    }

    /** Taken and marked as running in one, or a report could miss it. */
    private synchronized long takeBlock() {
        final long block = next.getAndAdd(BLOCK);
        running.add(block);
        return block;
    }

    private boolean isWanted(final long number) {
        return failures.isEmpty() || number < failures.firstKey();
    }

    private synchronized void report(final long start) {
        final double seconds = (System.nanoTime() - start) / 1e9;
        final long resume = Math.min(end, running.isEmpty() ? next.get() : running.first());
        System.out.printf(Locale.ROOT, "%s: %,d of %,d in %.0f s, %.0f a second; %s%s%n",
            name, done.get(), end - first, seconds, done.get() / seconds, summary.get(),
            resume < end ? "; to resume: first number " + resume : "");
    }
}
