package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Reason;

/**
 * Reads all of a channel from its files and says what is wrong, beside those who use it: it maps,
 * locks and changes nothing. Goes on behind what it finds. Used once, by one thread.
 */
final class Verification {
    /** How long a message that is claimed and not committed is waited for at most. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int SETTLING_LOOKS = 5;

    private final Channel channel;
    private final ChannelOptions options;
    private final SharedWords words;
    private final LongConsumer progress;
    private final List<Finding> findings = new ArrayList<>();
    private final SegmentBytes.Counts counts = new SegmentBytes.Counts();
    private final boolean ring;
    private final long segmentBytes;
    private final int frameFlags;
    /** Cursors by position, until the frame that begins there is met. */
    private final NavigableMap<Long, List<SharedWords.Cursor>> cursors = new TreeMap<>();
    private long from;
    private long to;
    /** Whether readers come to what is read now; and where they stop otherwise. */
    private long stoppedAt = Finding.NOWHERE;
    private SegmentBytes.Counts behind = new SegmentBytes.Counts();
    private long lostBytes;
    /** Whether the next who opens the channel to write ends the log where readers see its end, or empties a ring. */
    private boolean recovering;

    /**
     * Of a channel that is open.
     *
     * @param progress is told how far it has come.
     */
    Verification(final Channel channel, final LongConsumer progress) throws IOException {
        this.channel = channel;
        this.options = channel.options();
        this.words = new SharedWords(channel.path());
        this.progress = progress;
        this.ring = options.kind() == ChannelOptions.Kind.RING;
        this.segmentBytes = options.segmentBytes();
        this.frameFlags = (options.timestamps() ? FrameFormat.FLAG_TIMESTAMP : 0)
            | (options.checksums() ? FrameFormat.FLAG_CHECKSUM : 0);
    }

    /** Reads all that is there now. */
    void run() throws IOException {
        checkWords();
        final List<SharedWords.Cursor> recorded = words.cursors();
        takeCursors(recorded, status());
        words.refresh();
        to = endOfFrameAt(channel.tailPosition());
        from = ring ? Math.max(channel.startPosition(), words.clearing() - capacityBytes())
            : words.earliest();
        long start = from & -segmentBytes;
        while (start < to) {
            start = readSegment(start);
            progress.accept(Math.min(to, start));
        }
        reportBehind(to);
        // One that is at the end is met by no frame, and one before the beginning was left behind.
        cursors.tailMap(from).forEach((position, list) -> {
            if (position != to) {
                list.forEach(cursor -> wrongCursor(cursor, position > to
                    ? "expected a position up to " + to : "no message begins there"));
            }
        });
        // Then readers see what recovery would leave, which is shown in an epoch of its own.
        recovering = channel.recoveryEpoch() > new SharedWords(channel.path()).epoch();
        if (!ring) {
            checkEnd();
            checkFiles();
        }
        if (findings.isEmpty()) {
            requireShown();
        }
    }

    List<Finding> findings() {
        return findings;
    }

    SegmentBytes.Counts counts() {
        return counts;
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /** Whether it is of another life: whoever opens it to write recovers it first. */
    boolean isRecoveredWhenOpened() {
        return recovering;
    }

    /** Bytes that were taken away before they were read. */
    long lostBytes() {
        return lostBytes;
    }

    private long capacityBytes() {
        return segmentBytes * options.segmentCount();
    }

    private void checkWords() throws IOException {
        List<String> contradictions = isBelieved() ? words.contradictions(options) : List.of();
        // Words that others change meanwhile were not true together.
        for (int look = 1; look < SETTLING_LOOKS && !contradictions.isEmpty(); look++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            words.refresh();
            contradictions = words.contradictions(options);
        }
        contradictions.forEach(text -> findings.add(
            Finding.of(Finding.Kind.WORDS, "control: " + text + "; restore the file")));
        if (status().filter(status -> status.durability().failed()).isPresent()) {
            findings.add(Finding.of(Finding.Kind.SYNC, "a sync has failed, so what was published"
                + " behind position " + words.durable() + " may not be on the disk"));
        }
        if (words.damaged() >= 0) {
            findings.add(Finding.of(Finding.Kind.DAMAGED, "a recovery has found a damaged frame at"
                + " position " + words.damaged() + ", so the channel can only be read; whoever opens it to write looks"
                + " again, once the file is restored"));
        }
        if (words.cut() >= 0) {
            findings.add(Finding.of(Finding.Kind.TORN, "a recovery was interrupted while it cut the"
                + " log at position " + words.cut() + "; the next to open the channel goes on"));
        }
    }

    /** Whether what is read here is read by the words in the file: recovery makes those of a journal again. */
    private boolean isBelieved() {
        return ring || channel.recoveryEpoch() == words.epoch() && words.cut() < 0;
    }

    /** What nobody believes who opens the channel is wrong, whatever else is known of it. */
    private void requireShown() {
        try {
            channel.status();
        } catch (final ChannelDamagedException damaged) {
            findings.add(Finding.of(Finding.Kind.WORDS, damaged.getMessage()));
        }
    }

    private void takeCursors(
        final List<SharedWords.Cursor> recorded, final Optional<ChannelStatus> status) {
        for (final SharedWords.Cursor cursor : recorded) {
            final boolean live = is(status, cursor, SubscriberStatus::live);
            if (!cursor.named() && !live) {
                // What the dead have left means nothing.
                continue;
            }
            if (!cursor.problem().isEmpty()) {
                wrongCursor(cursor, cursor.problem());
            } else if (cursor.named() || is(status, cursor, SubscriberStatus::gating)) {
                cursors.computeIfAbsent(cursor.position(), any -> new ArrayList<>()).add(cursor);
            }
        }
    }

    private static boolean is(final Optional<ChannelStatus> status,
        final SharedWords.Cursor cursor, final Predicate<SubscriberStatus> wanted) {
        return status.isPresent() && status.get().subscribers().stream()
            .anyMatch(one -> one.id() == cursor.record() && wanted.test(one));
    }

    /** Who is there; nobody knows if the words are damaged, which is checked here without. */
    private Optional<ChannelStatus> status() {
        try {
            return Optional.of(channel.status());
        } catch (final ChannelDamagedException damaged) {
            return Optional.empty();
        }
    }

    private void wrongCursor(final SharedWords.Cursor cursor, final String problem) {
        findings.add(Finding.of(Finding.Kind.CURSOR, "cursor " + cursor.record()
            + (cursor.named() ? " '" + cursor.name() + "'" : "") + " is at position "
            + cursor.position() + ": " + problem));
    }

    private Path fileOf(final long start) {
        return channel.path().resolve(SegmentFormat.name(
            ring ? start / segmentBytes & options.segmentCount() - 1 : start));
    }

    private SegmentBytes bytesOf(final long start) throws IOException {
        return new SegmentBytes(fileOf(start), start, segmentBytes, words.channelId(), options.frameAlignment(),
            frameFlags);
    }

    /** Behind a message that is there already: an exclusive publisher moves the tail last, and may have died before. */
    private long endOfFrameAt(final long tail) throws IOException {
        if (tail >= words.ready()) {
            return tail;
        }
        try (SegmentBytes segment = bytesOf(tail & -segmentBytes)) {
            final long word = segment.headerWord(tail);
            if (segment.isRight(tail, word)) {
                return tail + FrameFormat.span(FrameFormat.length(word), options.frameAlignment());
            }
            // Readers look there. A journal is recovered for it, and a ring is not.
            return ring && word != 0 ? tail + options.frameAlignment() : tail;
        } catch (final IOException unread) {
            // What is wrong with this file is found where it is read.
            return tail;
        }
    }

    /** Where the next one begins that is to be read. */
    private long readSegment(final long start) throws IOException {
        final long begin = Math.max(start, from);
        final long next = start + segmentBytes;
        final long end = Math.min(to, next);
        try (SegmentBytes segment = bytesOf(start)) {
            final int before = findings.size();
            final String problem = segment.headerProblem(ring
                ? start / segmentBytes & options.segmentCount() - 1 : start);
            if (problem.isEmpty()) {
                readFrames(segment, begin, end);
            } else {
                stop(new Finding(Finding.Kind.DAMAGED, begin, end,
                    fileOf(start).getFileName() + ": " + problem + "; restore the file"));
            }
            if (ring) {
                words.refresh();
                if (words.clearing() - capacityBytes() > start) {
                    // Somebody uses it again, so nothing of what was seen counts.
                    findings.subList(before, findings.size()).clear();
                    lostBytes += end - begin;
                }
            }
        } catch (final NoSuchFileException gone) {
            words.refresh();
            if (ring || words.earliest() <= start) {
                return overMissing(begin, start);
            }
            lostBytes += end - begin;
        } catch (final AccessDeniedException denied) {
            throw new CommandFailedException(
                "cannot read " + fileOf(start) + ": " + Reason.of(denied, fileOf(start)), denied);
        } catch (final IOException cut) {
            stop(new Finding(Finding.Kind.MISSING, begin, end,
                fileOf(start).getFileName() + ": " + cut.getMessage() + "; restore it"));
        }
        return next;
    }

    /** Steps over what is not there at once: where the tail is garbage as well, that may be more than can be named. */
    private long overMissing(final long begin, final long start) throws IOException {
        final long next = ring ? start + segmentBytes : nextFile(start);
        final long end = Math.min(to, next);
        stop(new Finding(Finding.Kind.MISSING, begin, end, "there is no file " + fileOf(start).getFileName()
            + (end > start + segmentBytes ? ", and none behind it up to there; restore them" : "; restore it")));
        return next;
    }

    /** Where the next segment begins that there is a file of, or the end. */
    private long nextFile(final long start) throws IOException {
        try (Stream<Path> files = Files.list(channel.path())) {
            return files.mapToLong(file -> SegmentFormat.place(file.getFileName().toString()))
                .filter(place -> place > start && (place & segmentBytes - 1) == 0).min().orElse(to);
        }
    }

    private void readFrames(final SegmentBytes segment, final long begin, final long end)
        throws IOException {
        long position = begin;
        while (position < end) {
            final long word = segment.headerWord(position);
            cursors.remove(position);
            if (segment.isRight(position, word)) {
                position = take(segment, position, word);
                continue;
            }
            if (word == 0 && await(segment, position)) {
                continue;
            }
            position = word == 0 ? overHole(segment, position, end)
                : overDamage(segment, position, word, end);
        }
    }

    private long take(final SegmentBytes segment, final long position, final long word)
        throws IOException {
        final long next =
            position + FrameFormat.span(FrameFormat.length(word), options.frameAlignment());
        final String problem = segment.count(position, word,
            stoppedAt == Finding.NOWHERE ? counts : behind);
        if (!problem.isEmpty()) {
            stop(new Finding(Finding.Kind.DAMAGED, position, next,
                "expected the records of a batch, found " + problem));
        }
        return next;
    }

    /** Waits while somebody alive has claimed this position; whether its header is there now. */
    private boolean await(final SegmentBytes segment, final long position) throws IOException {
        final long since = System.nanoTime();
        do {
            segment.refresh();
            if (segment.headerWord(position) != 0) {
                return true;
            }
            if (claimAt(position).filter(OpenClaim::isLive).isEmpty()) {
                segment.refresh();
                return segment.headerWord(position) != 0;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        } while (System.nanoTime() - since < PATIENCE_NANOS);
        return false;
    }

    private Optional<OpenClaim> claimAt(final long position) {
        return status().flatMap(status -> status.openClaims().stream()
            .filter(claim -> claim.position() == position).findFirst());
    }

    /** Steps over a claim that has no message: of somebody alive, or left by the dead. */
    private long overHole(final SegmentBytes segment, final long position, final long end)
        throws IOException {
        final Optional<OpenClaim> claim = claimAt(position);
        final boolean live = claim.isPresent() && claim.get().isLive();
        final boolean known = claim.isPresent() && claim.get().endPosition().isPresent();
        final long next = known ? claim.get().endPosition().getAsLong()
            : nextHeader(segment, position, end);
        if (live) {
            stop(new Finding(Finding.Kind.OPEN, position, next, "claimed and not committed by "
                + claim.get().holders() + ", and so hides what is behind it"));
        } else if (!ring && position < words.durable() && !known) {
            stop(new Finding(Finding.Kind.DAMAGED, position, next,
                "nothing is where something durable was"));
        }
        return next;
    }

    private long overDamage(
        final SegmentBytes segment, final long position, final long word, final long end)
        throws IOException {
        final long next = nextRight(segment, position, end);
        final String text = !segment.isValid(position, word)
            ? "expected the header of a frame, found 0x" + Long.toHexString(word)
            : "expected checksum 0x" + Integer.toHexString(segment.checksumExpected(position, word))
                + ", found 0x" + Integer.toHexString(segment.checksumFound(position));
        final boolean torn = !ring && next >= to && position >= words.durable();
        stop(new Finding(torn ? Finding.Kind.TORN : Finding.Kind.DAMAGED, position, next, text
            + (torn ? "; nothing behind it" : "; restore the file")
            + (torn || next >= to ? "" : ", or go on with --from " + next)));
        return next;
    }

    /** Where the next header is, right or not: whose claim is not known has written nothing into it. */
    private long nextHeader(final SegmentBytes segment, final long position, final long end) throws IOException {
        long next = position + options.frameAlignment();
        while (next < end && segment.headerWord(next) == 0) {
            next += options.frameAlignment();
        }
        return Math.min(next, end);
    }

    /** Where the next frame is that checks out; a checksum makes that sure. */
    private long nextRight(final SegmentBytes segment, final long position, final long end)
        throws IOException {
        final int alignment = options.frameAlignment();
        for (long next = position + alignment; next < end; next += alignment) {
            final long word = segment.headerWord(next);
            if (word != 0 && segment.isRight(next, word)) {
                return next;
            }
        }
        return end;
    }

    /** Readers do not get beyond this. */
    private void stop(final Finding finding) {
        reportBehind(finding.from());
        findings.add(finding);
        stoppedAt = finding.to();
    }

    private void reportBehind(final long end) {
        if (stoppedAt != Finding.NOWHERE && behind.messages() > 0) {
            findings.add(new Finding(Finding.Kind.UNREACHABLE, stoppedAt, end, behind.messages()
                + " messages with " + behind.payloadBytes() + " bytes lie behind that, and are read"
                + " only by who begins there"));
            behind = new SegmentBytes.Counts();
        }
    }

    /** What is behind the end that readers see, where whoever opens the channel to write ends it there. */
    private void checkEnd() throws IOException {
        if (!recovering) {
            return;
        }
        final long segmentEnd = endOfSegment();
        if (words.tail() > to && to == segmentEnd && Files.notExists(fileOf(to))) {
            findings.add(new Finding(Finding.Kind.TORN, to, Math.min(words.tail(), to + segmentBytes),
                "there is no file " + fileOf(to).getFileName() + ", and nothing of it is known to be on the disk;"
                    + " whoever opens the channel to write ends the log before it"));
        }
        if (to == from || to >= segmentEnd) {
            return;
        }
        try (SegmentBytes segment = bytesOf(segmentEnd - segmentBytes)) {
            final long written = segment.nextWritten(to, segmentEnd);
            if (written < segmentEnd
                && status().filter(status -> status.publishers().isEmpty()).isPresent()) {
                findings.add(new Finding(Finding.Kind.TORN, to, segmentEnd, "something that does"
                    + " not"
                    + " check out stands behind the end; whoever opens the channel to write cuts it"
                    + " off, and keeps it in a file beside"));
            }
        }
    }

    /** That of the last byte that readers see. */
    private long endOfSegment() {
        return (to - 1 & -segmentBytes) + segmentBytes;
    }

    private void checkFiles() throws IOException {
        try (Stream<Path> files = Files.list(channel.path())) {
            for (final Path file : files.sorted().toList()) {
                final String name = file.getFileName().toString();
                if (name.startsWith(SegmentFormat.NAME_PREFIX)) {
                    checkFile(name);
                }
            }
        }
    }

    /** A segment that was made ahead, and is used when its turn comes. */
    private boolean isUnused(final long start) throws IOException {
        try (SegmentBytes segment = bytesOf(start)) {
            return segment.headerProblem(start).isEmpty()
                && segment.nextWritten(start, segment.end()) == segment.end();
        }
    }

    private boolean keepsAll() {
        final ChannelOptions now = channel.options();
        return now.retentionBytes() == 0 && now.retentionTime().isZero();
    }

    private void checkFile(final String name) throws IOException {
        words.refresh();
        final long start = SegmentFormat.place(name);
        if (start < 0) {
            findings.add(Finding.of(
                Finding.Kind.UNREACHABLE, name + " is no segment of this channel; move it away"));
            return;
        }
        if (recovering && start >= endOfSegment() && (start & segmentBytes - 1) == 0) {
            if (!isUnused(start)) {
                findings.add(Finding.of(Finding.Kind.TORN, name + " is behind the end of the log, position " + to
                    + "; whoever opens the channel to write keeps it in a file beside"));
            }
            return;
        }
        final long end = Math.max(words.ready(), to);
        final boolean before = start < (words.earliest() & -segmentBytes);
        if (before && !keepsAll()) {
            // It is being removed, or will be, where somebody was stopped in that.
            return;
        }
        if (before || (start & segmentBytes - 1) != 0
            || start >= end && !isUnused(start)) {
            findings.add(Finding.of(Finding.Kind.UNREACHABLE, name + " is beyond the log, which has"
                + " positions " + words.earliest() + " to " + end + "; move it away"));
        }
    }
}
