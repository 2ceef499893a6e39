package org.fencepost.ipc;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A status in words, for whoever has to find out at night what is stuck. */
final class StatusText {
    private static final double NANOS_PER_SECOND = 1e9;

    private StatusText() {
    }

    static String describe(final ChannelStatus status) {
        final List<String> lines = new ArrayList<>();
        lines.add(status.path() + ": " + status.options());
        lines.add("positions: start " + status.startPosition() + ", earliest "
            + status.earliestPosition() + ", tail " + status.tailPosition() + ", ready "
            + status.readyPosition() + ", room for " + status.roomBytes() + " bytes"
            + (status.housekeeping() ? "; somebody is in housekeeping" : ""));
        if (status.options().kind() == ChannelOptions.Kind.JOURNAL) {
            lines.add("durable: up to position " + status.durability().position() + ", "
                + Math.max(0, status.tailPosition() - status.durability().position())
                + " bytes behind the tail"
                + (status.durability().failed() ? ", and nothing else: A SYNC HAS FAILED" : "")
                + status.openClaims().stream().filter(OpenClaim::isLive).findFirst()
                    .map(claim -> "; held back by the open claim at position " + claim.position())
                    .orElse(""));
            status.durability().syncs().forEach(sync -> lines.add("  " + sync));
        }
        section(lines, "publishers", status.publishers().stream().map(StatusText::line).toList());
        section(lines, "subscribers", status.subscribers().stream().map(StatusText::line).toList());
        section(lines, "open claims",
            status.openClaims().stream().map(claim -> line(status, claim)).toList());
        section(lines, "waiting", waits(status));
        return String.join("\n", lines);
    }

    static List<String> waits(final ChannelStatus status) {
        final List<String> waits = new ArrayList<>();
        for (final SubscriberStatus subscriber : status.subscribers()) {
            if (subscriber.holdsPublishersBack()) {
                waits.add("publishers are held back by " + subscriber + at(subscriber)
                    + holdingBack(subscriber));
            }
            if (subscriber.holdsRetentionBack()) {
                waits.add("what retention would remove is kept for " + subscriber + at(subscriber)
                    + holdingBack(subscriber));
            }
        }
        for (final OpenClaim claim : status.openClaims()) {
            if (claim.holdsPublishersBack()) {
                waits.add("publishers are held back by the open claim at position "
                    + claim.position() + " of " + holders(claim)
                    + ": its segment is the next to be used again");
            }
        }
        if (waits.isEmpty() && status.roomBytes() == 0 && status.housekeeping()) {
            waits.add("publishers wait for whoever is in housekeeping; who that is the kernel does"
                + " not say");
        }
        status.openClaims().forEach(claim -> waits.add(waitsFor(status, claim)));
        return List.copyOf(waits);
    }

    private static String waitsFor(final ChannelStatus status, final OpenClaim claim) {
        final List<Integer> waiting = status.subscribers().stream()
            .filter(SubscriberStatus::live)
            .filter(subscriber -> subscriber.position().equals(OptionalLong.of(claim.position())))
            .map(SubscriberStatus::id)
            .toList();
        final String there = switch (waiting.size()) {
            case 0 -> "";
            case 1 -> "subscriber " + waiting.getFirst();
            default -> "subscribers "
                + waiting.stream().map(String::valueOf).collect(Collectors.joining(", "));
        };
        final String position = " at position " + claim.position();
        if (!claim.isLive()) {
            return "nobody has to wait for the claim" + position + " of " + holders(claim)
                + ": " + (there.isEmpty() ? "whoever comes to it" : there)
                + " passes over it at the next look";
        }
        return waiting.isEmpty()
            ? "whoever comes to it will wait" + position + " for " + holders(claim)
            : there + (waiting.size() == 1 ? " waits" : " wait") + position
                + " for " + holders(claim);
    }

    private static String holdingBack(final SubscriberStatus subscriber) {
        if (subscriber.live()) {
            return "";
        }
        return subscriber.gatesWhileAbsent()
            ? ", which is kept for its next owner, or until it is removed"
            : "; whoever is turned away by it next finds that out";
    }

    private static String holders(final OpenClaim claim) {
        return claim.holders().isEmpty()
            ? "a publisher that died before it could say that it won"
            : claim.holders().stream().map(Object::toString).collect(Collectors.joining(" or "));
    }

    private static String line(final PublisherStatus publisher) {
        return publisher
            + (publisher.lastClaimEnd().isPresent()
                ? ", last claim up to " + publisher.lastClaimEnd().getAsLong() : "");
    }

    private static String line(final SubscriberStatus subscriber) {
        return subscriber + (subscriber.gating()
            ? subscriber.gatesWhileAbsent() ? ", gating also while absent" : ", gating"
            : ", not gating") + at(subscriber)
            + (subscriber.holdsPublishersBack() ? ", HOLDS PUBLISHERS BACK" : "")
            + (subscriber.holdsRetentionBack() ? ", HOLDS RETENTION BACK" : "");
    }

    private static String at(final SubscriberStatus subscriber) {
        return subscriber.position().isEmpty() ? "" : " at position "
            + subscriber.position().getAsLong() + ", " + subscriber.lagBytes().orElse(0)
            + " bytes behind the tail";
    }

    private static String line(final ChannelStatus status, final OpenClaim claim) {
        return "at position " + claim.position()
            + (claim.endPosition().isPresent() ? " to " + claim.endPosition().getAsLong() : "")
            + " of " + holders(claim) + "; seen here first "
            + Instant.EPOCH.plusNanos(claim.firstSeenNanos()).truncatedTo(ChronoUnit.MILLIS)
            + String.format(Locale.ROOT, ", %.3f s before",
                status.seenForNanos(claim) / NANOS_PER_SECOND);
    }

    private static void section(
        final List<String> lines, final String title, final List<String> entries) {
        lines.add(title + ": " + (entries.isEmpty() ? "none" : entries.size()));
        entries.forEach(entry -> lines.add("  " + entry));
    }
}
