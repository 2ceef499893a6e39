package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.Bells;
import org.fencepost.ipc.tests.support.Deadline;

/**
 * Several writers and readers of one channel, any of which is killed at any moment, from outside, and
 * succeeded by another one. The survivor reads all the while, and checks after each death that what
 * the dead one had reported has come, and nothing else.
 */
final class RandomKiller implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SEGMENT_BYTES = 16 * 1024;
    private static final int SEGMENTS = 4;
    private static final int MEMBERS = 6;
    /** Of a member that is a JVM of its own: it takes as long to start as many others. */
    private static final int SPARED = 25;
    private static final int LIFE_NANOS_MAX = 6_000_000;
    private static final int PAUSE_NANOS_MAX = 20_000_000;
    private static final int OWN_OPERATIONS = 60;

    private final boolean ring;
    private final long seed;
    private final Random random;
    private final Path directory;
    private final Path path;
    private final ChildJvm server;
    private final Survivor survivor;
    private final List<Living> members = new ArrayList<>();
    private final Histogram heldUpNanos = new Histogram(3);
    private int author = 1;
    private int kills;
    private int killsOfJvms;
    private int pauses;

    private record Living(Role role, int author, Path file, Ledger ledger, ChildJvm jvm, int pid) {
        @Override
        public String toString() {
            return role + " " + author + (jvm == null ? "" : " in its own JVM");
        }
    }

    RandomKiller(final Path directory, final boolean ring, final long seed) {
        NativeAccess.require();
        this.ring = ring;
        this.seed = seed;
        this.random = new Random(seed);
        this.directory = directory;
        this.path = directory.resolve(ring ? "ring" : "journal");
        this.server = ChildJvm.start(
            Victims.OPTIONS, RoleServer.class, directory.resolve("warm").toString());
        server.awaitLine("READY", PATIENCE);
        this.survivor = new Survivor(path, ring
            ? ChannelOptions.ring(SEGMENTS * SEGMENT_BYTES, SEGMENTS).withChecksums(true)
            : ChannelOptions.journal(SEGMENT_BYTES));
        survivor.keepInBackground();
        for (int i = 0; i < MEMBERS; i++) {
            members.add(start(i == 0));
        }
    }

    /** Kills until the time is over and that many are dead. */
    void run(final int killsMin, final Duration budget) {
        final long start = System.nanoTime();
        try {
            while (kills < killsMin || System.nanoTime() - start < budget.toNanos()) {
                round();
            }
            end();
        } catch (final AssertionError | RuntimeException failure) {
            throw new AssertionError((ring ? "ring" : "journal") + ", seed " + seed + ", after "
                + kills + " deaths: " + failure.getMessage(), failure);
        }
    }

    private void round() {
        read(random.nextInt(LIFE_NANOS_MAX));
        final int index = random.nextInt(members.size());
        final Living victim = members.get(index);
        if (victim.jvm() != null && random.nextInt(SPARED) != 0) {
            return;
        }
        final boolean paused = random.nextInt(8) == 0;
        if (paused) {
            Signals.kill(pid(victim), Signals.SIGSTOP);
            pauses++;
            read(random.nextInt(PAUSE_NANOS_MAX));
            if (random.nextBoolean()) {
                Signals.kill(pid(victim), Signals.SIGCONT);
                return;
            }
        }
        members.remove(index);
        kill(victim);
        members.add(start(victim.jvm() != null));
    }

    private void kill(final Living victim) {
        if (victim.jvm() == null) {
            server.send("KILL " + victim.pid());
            final String end = server.awaitLine("", PATIENCE);
            assertEquals("DIED 9", end, () -> server.describe(
                victim + " ended by itself: " + victim.ledger().error()));
        } else {
            victim.jvm().kill();
            assertEquals("", victim.ledger().error(), victim::toString);
            killsOfJvms++;
        }
        kills++;
        final long start = System.nanoTime();
        final long tail = survivor.channel().tailPosition();
        final Deadline deadline = Deadline.forWaitingUntil("nobody dead holds up the tail");
        while (survivor.position() < tail) {
            survivor.poll();
            deadline.check(survivor);
        }
        heldUpNanos.recordValue(System.nanoTime() - start);
        survivor.check(victim.author(), victim.ledger());
        victim.ledger().remove();
    }

    private static long pid(final Living member) {
        return member.jvm() == null ? member.pid() : member.jvm().pid();
    }

    private void read(final long nanos) {
        final long start = System.nanoTime();
        do {
            if (survivor.poll() == 0) {
                Thread.yield();
            }
        } while (System.nanoTime() - start < nanos);
    }

    private Living start(final boolean jvm) {
        final int draw = random.nextInt(8);
        final Role drawn = draw < 4 ? Role.WRITER : Role.values()[1 + draw % 3];
        // One at a time can have the cursor.
        final Role role = drawn == Role.NAMED
            && members.stream().anyMatch(member -> member.role() == Role.NAMED)
            ? Role.LATEST : drawn;
        final int number = author++;
        final Path file = directory.resolve("ledger-" + number);
        final Ledger ledger = Ledger.at(file);
        final String[] words =
            {role.name(), path.toString(), file.toString(), Integer.toString(number)};
        if (jvm) {
            return new Living(
                role, number, file, ledger, ChildJvm.start(RoleMain.class, words), 0);
        }
        server.send("START " + String.join(" ", words));
        final int pid = Integer.parseInt(server.awaitLine("STARTED", PATIENCE));
        return new Living(role, number, file, ledger, null, pid);
    }

    /** Kills all, and looks at what they left. */
    private void end() {
        members.forEach(this::kill);
        members.clear();
        survivor.readAll();
        assertEquals(0, survivor.publishAndRead(author++, OWN_OPERATIONS, false),
            "everybody else is dead, so the first slot should be free");
        assertTrue(survivor.received().size() > kills, "members should have published");
        assertEquals(0, Bells.enlistments(path, ControlFormat.ARRIVALS_OFFSET),
            "sleepers that are dead should be forgotten");
    }

    int kills() {
        return kills;
    }

    String summary() {
        return "random killer, " + (ring ? "ring" : "journal") + ", seed " + seed + ": " + kills
            + " deaths (" + killsOfJvms + " of JVMs started for it), " + pauses + " pauses, "
            + survivor.received().size() + " messages, "
            + survivor.channel().tailPosition() / SEGMENT_BYTES
            + " segments; from a death until all below the tail was read: p50 "
            + heldUpNanos.getValueAtPercentile(50) / 1000 + " us, p99 "
            + heldUpNanos.getValueAtPercentile(99) / 1000 + " us, max "
            + heldUpNanos.getMaxValue() / 1000 + " us";
    }

    @Override
    public void close() {
        for (final Living member : members) {
            if (member.jvm() != null) {
                member.jvm().close();
            }
        }
        // Those that it forked die with it.
        server.close();
        survivor.close();
    }
}
