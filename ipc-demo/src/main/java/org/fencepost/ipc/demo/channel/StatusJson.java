package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.SyncStatus;

/** A status as JSON. What a record does not have is not there. */
final class StatusJson {
    private StatusJson() {
    }

    static ObjectNode of(final ChannelStatus status) {
        final ChannelOptions options = status.options();
        final ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("path", status.path().toString())
            .put("kind", kind(options))
            .put("segmentBytes", options.segmentBytes())
            .put("segmentCount", options.segmentCount())
            .put("checksums", options.checksums())
            .put("timestamps", options.timestamps())
            .put("frameAlignment", options.frameAlignment())
            .put("flushMillis", options.flushInterval().toMillis())
            .put("retentionBytes", options.retentionBytes())
            .put("retentionSeconds", options.retentionTime().toSeconds())
            .put("observedAt", time(status.observedNanos()))
            .put("startPosition", status.startPosition())
            .put("earliestPosition", status.earliestPosition())
            .put("tailPosition", status.tailPosition())
            .put("readyPosition", status.readyPosition())
            .put("durablePosition", status.durability().position())
            .put("syncFailed", status.durability().failed())
            .put("housekeeping", status.housekeeping());
        final ArrayNode syncs = json.putArray("syncs");
        status.durability().syncs().forEach(sync -> syncs.add(of(sync)));
        final ArrayNode publishers = json.putArray("publishers");
        status.publishers().forEach(publisher -> publishers.add(of(publisher)));
        final ArrayNode subscribers = json.putArray("subscribers");
        status.subscribers().forEach(subscriber -> subscribers.add(of(subscriber)));
        final ArrayNode claims = json.putArray("openClaims");
        status.openClaims().forEach(claim -> claims.add(of(claim)));
        final ArrayNode waits = json.putArray("waits");
        status.waits().forEach(waits::add);
        return json;
    }

    static String kind(final ChannelOptions options) {
        return options.kind().name().toLowerCase(Locale.ROOT);
    }

    /** Nanoseconds since 1970 as ISO 8601. */
    static String time(final long epochNanos) {
        return Instant.EPOCH.plusNanos(epochNanos).toString();
    }

    private static ObjectNode of(final PublisherStatus publisher) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("id", publisher.id())
            .put("processId", publisher.processId())
            .put("live", publisher.live())
            .put("exclusive", publisher.exclusive());
        put(json, "threadId", publisher.threadId());
        put(json, "lastClaimEnd", publisher.lastClaimEnd());
        return json;
    }

    private static ObjectNode of(final SubscriberStatus subscriber) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("id", subscriber.id())
            .put("processId", subscriber.processId())
            .put("live", subscriber.live())
            .put("gating", subscriber.gating())
            .put("gatesWhileAbsent", subscriber.gatesWhileAbsent())
            .put("holdsPublishersBack", subscriber.holdsPublishersBack())
            .put("holdsRetentionBack", subscriber.holdsRetentionBack());
        subscriber.name().ifPresent(name -> json.put("name", name));
        put(json, "position", subscriber.position());
        put(json, "lagBytes", subscriber.lagBytes());
        return json;
    }

    private static ObjectNode of(final OpenClaim claim) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("position", claim.position())
            .put("live", claim.isLive())
            .put("firstSeenAt", time(claim.firstSeenNanos()))
            .put("holdsPublishersBack", claim.holdsPublishersBack());
        put(json, "endPosition", claim.endPosition());
        final ArrayNode holders = json.putArray("holders");
        claim.holders().forEach(holder -> holders.add(of(holder)));
        return json;
    }

    private static ObjectNode of(final SyncStatus sync) {
        return JsonNodeFactory.instance.objectNode()
            .put("slot", sync.slot())
            .put("processId", sync.processId())
            .put("live", sync.live())
            .put("fromPosition", sync.fromPosition())
            .put("toPosition", sync.toPosition())
            .put("errno", sync.errno());
    }

    private static void put(final ObjectNode json, final String name, final OptionalLong value) {
        if (value.isPresent()) {
            json.put(name, value.getAsLong());
        }
    }
}
