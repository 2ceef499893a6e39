package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a contender in JVMs, those that publish and those that receive on different cores. */
final class JvmEntrant implements Entrant {
    /** Given to every measured JVM, whatever it holds. */
    static final List<String> COMMON_FLAGS = List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC");

    private final Contender contender;
    private final Machine machine;
    private final Scratch memory;
    private final Scratch disk;

    /**
     * An entrant.
     *
     * @param memory for measures that need no disk.
     * @param disk   for those that do.
     */
    JvmEntrant(
        final Contender contender,
        final Machine machine,
        final Scratch memory,
        final Scratch disk) {
        this.contender = contender;
        this.machine = machine;
        this.memory = memory;
        this.disk = disk;
    }

    @Override
    public String name() {
        return contender.name();
    }

    @Override
    public boolean supports(final Measure measure, final Variant variant) {
        return measure.isPossible(contender, variant);
    }

    @Override
    public List<String> jvmFlags() {
        return contender.jvmFlags();
    }

    @Override
    public String settings() {
        return contender.settings();
    }

    @Override
    public Outcome run(final RunPlan wanted) {
        final RunPlan plan = wanted.of(contender, machine.cpus().size());
        final Scratch scratch = plan.measure().isOnDisk() ? disk : memory;
        final Path directory = scratch.newDirectory();
        final ProcessGroup group = new ProcessGroup(
            name() + ", " + plan.measure().label() + " at " + plan.variant().label(),
            plan.warmUpMillis() + plan.measureMillis(), directory, scratch,
            machine.cpus());
        try {
            final List<Part> parts = plan.measure().parts(plan.variant());
            final long startNanos = System.nanoTime();
            for (int place = 0; place < parts.size(); place++) {
                group.start(parts.get(place), command(place, parts, plan, directory, startNanos));
            }
            final ProcessGroup.Reports reports = group.run();
            return new Outcome(
                plan.measure().figuresOf(plan.variant(), reports.numbers()),
                reports.othersShare());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException(name() + ": interrupted", e);
        } finally {
            scratch.discard(directory);
        }
    }

    private List<String> command(
        final int place,
        final List<Part> parts,
        final RunPlan plan,
        final Path directory,
        final long startNanos) {
        final int receivers = (int) parts.stream().filter(Part::receives).count();
        final List<String> command = new ArrayList<>();
        if (plan.measure().isPinned()) {
            command.addAll(
                machine.pinning(parts.get(place), parts.size() - receivers, receivers));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(COMMON_FLAGS);
        command.addAll(contender.jvmFlags());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(RunProcess.class.getName());
        command.add(Integer.toString(place));
        command.add(contender.name());
        command.add(directory.toString());
        command.add(Long.toString(startNanos));
        command.addAll(plan.toArguments());
        return command;
    }
}
