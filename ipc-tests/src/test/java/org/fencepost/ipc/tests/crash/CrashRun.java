package org.fencepost.ipc.tests.crash;

import java.time.Duration;
import java.util.SplittableRandom;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;

/**
 * A journal out of a seed: it is used on a machine until the power fails, then on the next machine,
 * which recovers it first, and so on. Of all moments some are kept, and what the disk may hold then
 * is recovered too.
 */
final class CrashRun {
    static final String DIRECTORY = "/data";
    static final String CHANNEL = DIRECTORY + "/journals/journal";
    static final String CURSOR = "cursor";

    private static final int LIVES = 3;
    private static final long SEGMENT_BYTES = 4096;
    /**
     * With so many things that may or may not have reached the disk, every set of them is tried.
     */
    private static final int CHOICES_MAX = 12;
    /** Two images out of so many are looked at before they are opened. */
    private static final int IMAGES_PER_VIEW = 7;
    /** Of a recovery, about. */
    private static final int EVENTS_OF_RECOVERY = 16;

    private final long seed;
    private final Effort effort;
    private final SplittableRandom random;
    private final ChannelOptions options;
    private long images;
    private long ofRemoval;

    /**
     * How many there were.
     *
     * @param all       of them.
     * @param ofRemoval those of journals that do not begin any more where they began.
     */
    record Images(long all, long ofRemoval) {
    }

    /**
     * How much is done for a seed.
     *
     * @param moments of a life, about.
     * @param drawn   images of a moment that are drawn, with torn pages and any version of each.
     * @param only    the number of the one image to try, or -1 for all.
     */
    record Effort(int moments, int drawn, long only) {
        static final Effort ALL = new Effort(6, 100, -1);

        Effort only(final long image) {
            return new Effort(moments, drawn, image);
        }
    }

    CrashRun(final long seed, final Effort effort) {
        this.seed = seed;
        this.effort = effort;
        this.random = new SplittableRandom(seed);
        // Of small ones more come to be removed.
        this.options = switch (random.nextInt(6)) {
            case 0 -> ChannelOptions.journal(SEGMENT_BYTES).withRetentionBytes(SEGMENT_BYTES);
            case 1 -> ChannelOptions.journal(SEGMENT_BYTES).withTimestamps(true)
                .withRetentionTime(Duration.ofMillis(1));
            default -> ChannelOptions.journal(SEGMENT_BYTES << random.nextInt(3));
        };
    }

    /** Tries all images. */
    Images run() {
        final Published published = new Published();
        CrashLife.Start start = CrashLife.Start.OF_ALL;
        Crash crash = null;
        for (int number = 0; number < LIVES; number++) {
            final CrashLife life =
                new CrashLife(random.split(), effort.moments(), options, published, start);
            final Disk disk = crash == null
                ? new Disk(true, life, DIRECTORY) : crash.image(random, true, life);
            try {
                life.live(new Machine(disk));
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", life " + number + ": " + e, e);
            }
            crash = new Crash(disk);
            for (final CrashLife.Moment moment : life.moments()) {
                check(moment, published, "life " + number + ", " + moment.when());
            }
            start = life.end();
        }
        return new Images(images, ofRemoval);
    }

    private void check(
        final CrashLife.Moment moment, final Published published, final String when) {
        final int choices = moment.crash().choices();
        if (choices <= CHOICES_MAX) {
            for (long newest = 0; newest < 1L << choices; newest++) {
                if (isWanted()) {
                    final long set = newest;
                    check(moment, published, watcher ->
                        moment.crash().image(set, false, watcher), when + ", with "
                        + Long.toBinaryString(newest) + " of " + choices + " on the disk");
                }
            }
        }
        for (int i = 0; i < effort.drawn(); i++) {
            if (isWanted()) {
                final SplittableRandom drawing = new SplittableRandom(seed * 31 + images);
                check(moment, published, watcher ->
                    moment.crash().image(drawing, false, watcher), when + ", drawn");
            }
        }
    }

    /** Counts the next image. */
    private boolean isWanted() {
        final long number = images++;
        return effort.only() < 0 || effort.only() == number;
    }

    private interface Image {
        Disk make(Disk.Watcher watcher);
    }

    private void check(
        final CrashLife.Moment moment, final Published published, final Image image,
        final String when) {
        ofRemoval += moment.certain().earliest() > 0 ? 1 : 0;
        final int of = (int) (images % IMAGES_PER_VIEW);
        String flaw;
        try {
            if (moment.certain().created() && of < 2) {
                final Killer killer =
                    new Killer(of == 0 ? 0 : 1 + (int) (images % EVENTS_OF_RECOVERY));
                flaw = Recovered.flawOfViewed(
                    image.make(killer), options, published, moment.certain(), killer);
            } else {
                flaw = Recovered.flaw(
                    image.make(Disk.Watcher.NOBODY), options, published, moment.certain());
            }
        } catch (final RuntimeException e) {
            throw failure(when, "cannot be used: " + e, e);
        }
        if (flaw != null) {
            throw failure(when, flaw, null);
        }
    }

    private AssertionError failure(
        final String when, final String flaw, final RuntimeException cause) {
        return new AssertionError("a journal of " + options.segmentBytes()
            + " bytes a segment that lost power in " + when + " " + flaw
            + "; repeat with the seed " + seed + " and the image " + (images - 1), cause);
    }
}
