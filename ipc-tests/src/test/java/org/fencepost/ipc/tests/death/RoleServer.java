package org.fencepost.ipc.tests.death;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A child JVM that forks members: for {@code START role path ledger author} it says {@code STARTED}
 * and the process, for {@code KILL process} what had become of it when it was gone.
 */
final class RoleServer {
    private static final int WARM_OPERATIONS = 60;
    /** More than it spins before it sleeps. */
    private static final int PARKED = 220;

    private RoleServer() {
    }

    public static void main(final String[] arguments) throws IOException {
        LoadedClasses.loadAll();
        warmUp(Path.of(arguments[0]));
        final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("READY");
        String line = lines.readLine();
        for (int served = 1; line != null; served++) {
            final String[] words = line.split(" ");
            if (words[0].equals("KILL")) {
                final int pid = Integer.parseInt(words[1]);
                Signals.kill(pid, Signals.SIGKILL);
                System.out.println(Signals.await(pid));
            } else {
                final int pid = Signals.fork();
                if (pid == 0) {
                    work(words);
                }
                System.out.println("STARTED " + pid);
            }
            if (served % 64 == 0) {
                System.gc();
            }
            line = lines.readLine();
        }
    }

    private static void work(final String[] words) {
        final Ledger ledger = Ledger.at(Path.of(words[3]));
        try {
            Role.valueOf(words[1]).run(
                Path.of(words[2]), Integer.parseInt(words[4]), ledger, false);
        } catch (final Throwable failure) {
            ledger.error(failure + " at " + failure.getStackTrace()[0]);
            failure.printStackTrace();
        }
        Signals.exit(1);
    }

    /** Loads and links everything; what a member needs is there when it is forked. */
    private static void warmUp(final Path directory) throws IOException {
        Files.createDirectories(directory);
        final Ledger ledger = Ledger.at(directory.resolve("ledger"));
        final Member member = new Member(0, ledger);
        try (Channel channel = Channel.open(directory.resolve("ring"), Life.ring());
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(
                SubscriberOptions.latest().named("kept", false));
            Subscriber copying = channel.addSubscriber(SubscriberOptions.latest().lossy())) {
            // What is forked has one thread.
            channel.housekeeping().byHand();
            final Parking parking = Parking.on(subscriber);
            for (int form = 0; form < PARKED; form++) {
                parking.idle();
            }
            for (int form = 0; form < WARM_OPERATIONS; form++) {
                member.publish(publisher, form);
                new Member(0, ledger).read(subscriber, WARM_OPERATIONS);
                new Member(0, ledger).read(copying, WARM_OPERATIONS);
            }
        }
        ledger.remove();
    }
}
