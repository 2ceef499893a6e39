package org.fencepost.ipc.tests.waiting;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/** A child that sleeps between messages that concern others, until it is killed. */
final class Bystander {
    private Bystander() {
    }

    public static void main(final String[] arguments) {
        try (Channel channel = Channel.join(Path.of(arguments[0]).resolve(Sides.THERE));
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest().lossy())) {
            final Parking parking = Parking.on(subscriber);
            System.out.println("READY");
            while (subscriber.poll(
                (buffer, offset, length, header) -> { }, 10, Duration.ofHours(2), parking) >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
