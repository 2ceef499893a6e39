package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import jdk.internal.vm.Continuation;

/**
 * Runs simulated threads one step at a time on the calling thread, in an order, with pauses and
 * with kills that follow from one seed.
 *
 * <p>A step begins with the choice of who makes it, so a thread that is not chosen for long, or
 * whose process is killed, stops between two accesses. A killed process never runs again; some
 * steps later the kernel takes its locks away. In simulated code nothing else may be decided by
 * chance, time or identity, or a seed would not repeat its schedule; and because all threads share
 * one carrier, monitors and locks of the JVM do not exclude one simulated thread from another.
 */
public final class Simulation {
    /** Limit of threads in one simulation. */
    public static final int THREADS_MAX = 24;

    private static final long NEVER = Long.MAX_VALUE;
    /** A program that takes so many times its horizon does not end. */
    private static final int BOUND_OF_STEPS = 60;
    /** Until the kernel drops the locks of a killed process. */
    private static final int TEARDOWN_STEPS_MAX = 200;

    private final Settings settings;
    private final SplittableRandom random;
    private final MemoryModel model;
    private final SimulatedMemory memory;
    private final Trace trace;
    private final List<SimulatedThread> threads = new ArrayList<>();
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final Incidents incidents;
    private final Scheduler scheduler;
    private SimulatedThread current;
    private SimulatedThread chosen;
    private boolean calm;
    private boolean fair;
    /** Whether somebody may be held, or locks of the dead may be waiting for others to be stuck. */
    private boolean waiting;
    private long steps;
    private long stepsMax;
    private int killed;

    /** A simulation that is completely determined by the seed, the settings and its program. */
    public Simulation(final long seed, final Settings settings) {
        this.settings = settings;
        random = new SplittableRandom(seed);
        trace = new Trace(settings.traced());
        model = new MemoryModel(this);
        memory = new SimulatedMemory(this, model);
        incidents = new Incidents(settings, random);
        scheduler = new Scheduler(settings, random, threads);
        stepsMax = settings.horizon() * BOUND_OF_STEPS;
    }

    /** The memory that all of its processes share. */
    public SimulatedMemory memory() {
        return memory;
    }

    /** A new process without threads. */
    public SimulatedProcess process(final String name) {
        final SimulatedProcess process = new SimulatedProcess(name);
        processes.add(process);
        return process;
    }

    /** Starts a thread, which knows all that its creator knows. */
    public SimulatedThread spawn(
        final SimulatedProcess process, final String name, final SimulatedThread.Body body) {
        final int index = threads.size() + 1;
        if (index >= THREADS_MAX) {
            throw new IllegalStateException("more than " + (THREADS_MAX - 1) + " threads");
        }
        final SimulatedThread thread = new SimulatedThread(process, name, index, body);
        if (current != null) {
            SimulatedThread.learn(thread.knowledge, current.knowledge);
        } else {
            for (final SimulatedThread earlier : threads) {
                SimulatedThread.learn(thread.knowledge, earlier.knowledge);
            }
        }
        thread.tick();
        thread.priority = random.nextInt(1 << 20);
        threads.add(thread);
        process.threads.add(thread);
        return thread;
    }

    /** Runs until every thread has ended or is dead and the locks of the dead are free. */
    public void run() {
        try {
            while (true) {
                takeDeadApart(false);
                final SimulatedThread next = chosen != null && chosen.isRunnable()
                    ? chosen : scheduler.pick(null, steps, fair);
                chosen = null;
                if (next == null) {
                    if (letGo()) {
                        continue;
                    }
                    break;
                }
                current = next;
                next.continuation.run();
                current = null;
                if (next.continuation.isDone()) {
                    next.finished = true;
                    if (next.thrown instanceof SimulationFailure failure) {
                        throw failure;
                    }
                    if (next.thrown != null) {
                        throw failure(next + " failed: " + next.thrown, next.thrown);
                    }
                }
            }
        } finally {
            current = null;
        }
        takeDeadApart(true);
    }

    /** No more kills, pauses and old values: what runs now must reach its goal. */
    public void calm() {
        calm = true;
        fair = true;
        stepsMax = steps + settings.horizon() * BOUND_OF_STEPS;
    }

    /** Called by simulated code that has found nothing to do, so that another thread is next. */
    public void idle() {
        final SimulatedThread thread = current;
        if (thread == null) {
            return;
        }
        steps++;
        scheduler.drop(thread);
        thread.idles++;
        if (waiting && scheduler.isStuck()) {
            letGo();
        }
        beforeStep(thread);
        final SimulatedThread next = scheduler.pick(thread, steps, fair);
        if (next != null && next != thread) {
            chosen = next;
            giveWay();
        }
    }

    /**
     * Something that other processes can see without the memory, as a system call is: no compiler
     * moves a store behind it, so no later death undoes one that was made before.
     */
    public void systemCall() {
        step();
        if (current != null) {
            current.recentStores.clear();
        }
    }

    /** All threads of a process pass a full fence, wherever they are. */
    public void fenceAll(final SimulatedProcess process) {
        for (final SimulatedThread thread : process.threads) {
            model.fullFence(thread);
            thread.recentStores.clear();
        }
        // What one thread knows by its fence the others know too.
        for (final SimulatedThread thread : process.threads) {
            model.fullFence(thread);
        }
    }

    /** All threads of all processes do. */
    void fenceAll() {
        processes.forEach(this::fenceAll);
        processes.forEach(this::fenceAll);
    }

    /** A number below the bound, from the seed. */
    public int random(final int bound) {
        return random.nextInt(bound);
    }

    /** Kills a process now; a thread of it that calls this does not return. */
    public void kill(final SimulatedProcess process) {
        if (!process.dead) {
            kill(process, steps + random.nextInt(TEARDOWN_STEPS_MAX));
        }
    }

    /** The same; its locks are free at once, or not before everybody else is stuck. */
    void kill(final SimulatedProcess process, final boolean locksStay) {
        if (!process.dead) {
            waiting |= locksStay;
            kill(process, locksStay ? NEVER : steps);
        }
    }

    private void kill(final SimulatedProcess process, final long locksReleasedAt) {
        process.dead = true;
        killed++;
        process.locksReleasedAt = locksReleasedAt;
        for (final SimulatedThread thread : process.threads) {
            model.abandon(thread);
        }
        note("KILL " + process);
        if (current != null && current.process == process) {
            giveWay();
        }
    }

    /** Something happens to a thread once: before its step of this number, counted from now. */
    void cut(final SimulatedThread thread, final int point, final Runnable event) {
        thread.cut = event;
        thread.stepsToCut = point;
    }

    /** Stops a thread, perhaps the calling one, until {@link #release} or until all others are stuck. */
    void hold(final SimulatedThread thread) {
        waiting = true;
        thread.held = true;
        if (thread == current) {
            giveWay();
        }
    }

    /** Lets a held thread go on. */
    void release(final SimulatedThread thread) {
        thread.held = false;
    }

    /** Makes a thread the first to be chosen, where priorities decide. */
    void prefer(final SimulatedThread thread) {
        thread.priority = Long.MAX_VALUE;
    }

    /** Somebody got on: whoever could do nothing may be able to now. */
    void progressed() {
        for (final SimulatedThread thread : threads) {
            thread.idles = 0;
        }
    }

    /** How many processes were killed so far. */
    public int killed() {
        return killed;
    }

    /** How many steps were made so far. */
    public long steps() {
        return steps;
    }

    /** The thread whose step it is, or null outside of simulated code. */
    public SimulatedThread current() {
        return current;
    }

    /** Equal for equal schedules. */
    public long traceHash() {
        return trace.hash();
    }

    /** The last steps as text, if the settings asked for it. */
    public List<String> traceLines() {
        return trace.lines();
    }

    /** Adds a line of the program's own to the trace. */
    public void note(final String text) {
        if (trace.isTextual()) {
            trace.line(steps + " " + (current == null ? "-" : current) + ": " + text);
        }
    }

    /** A failure with the state of all threads. */
    public SimulationFailure failure(final String message, final Throwable cause) {
        final StringBuilder text = new StringBuilder(message).append(" [step ").append(steps);
        threads.forEach(thread -> text.append("; ").append(thread.state())
            .append(memory.name(thread.lastAddress)));
        return new SimulationFailure(text.append(']').toString(), cause);
    }

    Trace trace() {
        return trace;
    }

    SimulatedThread thread(final int index) {
        return threads.get(index - 1);
    }

    boolean wantsStale() {
        return !fair && settings.stalePercent() != 0
            && random.nextInt(100) < settings.stalePercent();
    }

    boolean wantsReorder() {
        return !fair && settings.reorderPercent() != 0
            && random.nextInt(100) < settings.reorderPercent();
    }

    /** The point before an access at which others may run and this process may die. */
    void step() {
        final SimulatedThread thread = current;
        if (thread == null) {
            return;
        }
        steps++;
        if (thread.cut != null && --thread.stepsToCut == 0) {
            final Runnable event = thread.cut;
            thread.cut = null;
            event.run();
        }
        beforeStep(thread);
        if (!scheduler.keeps(thread, steps, fair)) {
            final SimulatedThread next = scheduler.pick(null, steps, fair);
            if (next != thread) {
                chosen = next;
                giveWay();
            }
        }
        thread.tick();
    }

    private void beforeStep(final SimulatedThread thread) {
        if (steps > stepsMax) {
            throw failure("no end after " + steps + " steps", null);
        }
        if (!fair && steps > settings.horizon() * (BOUND_OF_STEPS / 3)) {
            // A schedule may be unfair for long, not for ever: from here on waiting must end.
            fair = true;
            note("from here on the schedule is fair");
        }
        if (!calm) {
            while (incidents.takeKill(steps)) {
                killSomebody();
            }
            while (incidents.takePause(steps)) {
                final SimulatedThread victim = threads.get(random.nextInt(threads.size()));
                victim.pausedUntil = steps + random.nextLong(1 + settings.horizon() * 2);
                if (trace.isTextual()) {
                    note("PAUSE " + victim + " until " + victim.pausedUntil);
                }
            }
            while (incidents.takeDrop(steps)) {
                scheduler.drop(thread);
            }
        }
        takeDeadApart(false);
    }

    private void killSomebody() {
        final List<SimulatedProcess> mortals = new ArrayList<>();
        for (final SimulatedProcess process : processes) {
            if (process.mortal && process.isRunning()) {
                mortals.add(process);
            }
        }
        if (!mortals.isEmpty()) {
            kill(mortals.get(random.nextInt(mortals.size())));
        }
    }

    private void takeDeadApart(final boolean now) {
        if (killed == 0) {
            return;
        }
        for (final SimulatedProcess process : processes) {
            if (process.dead && !process.locksReleased
                && (now || steps >= process.locksReleasedAt)) {
                process.locksReleased = true;
                note("kernel drops the locks of " + process);
                for (final KernelLocks locks : process.locks) {
                    locks.releaseAll(process);
                }
            }
        }
    }

    /** Drops the locks that had stayed, or lets those go who were held; whether there were any. */
    private boolean letGo() {
        boolean any = false;
        for (final SimulatedProcess process : processes) {
            if (process.dead && !process.locksReleased && process.locksReleasedAt == NEVER) {
                process.locksReleasedAt = steps;
                any = true;
            }
        }
        for (final SimulatedThread thread : threads) {
            if (!any && thread.held && !thread.process.dead) {
                release(thread);
                any = true;
            }
        }
        waiting &= any;
        progressed();
        return any;
    }

    private static void giveWay() {
        Continuation.yield(SimulatedThread.SCOPE);
    }
}
