package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/** A thread of a simulated process: a continuation that gives way at each access. */
public final class SimulatedThread {
    static final ContinuationScope SCOPE = new ContinuationScope("simulation");

    final SimulatedProcess process;
    final String name;
    final int index;
    final Continuation continuation;
    /** By thread: all of its steps up to here happened before this thread's next step. */
    final int[] knowledge = new int[Simulation.THREADS_MAX];
    /** What an acquire fence would add to the knowledge. */
    int[] pendingKnowledge;
    /** What a weak store hands on: the knowledge at the last fence that orders stores, or null. */
    int[] fencedKnowledge;
    /** Its stores since the last barrier: those that its death may still undo. */
    final List<Store> recentStores = new ArrayList<>();
    long pausedUntil;
    long priority;
    /** Stopped until somebody says otherwise. */
    boolean held;
    /** How often it has found nothing to do since somebody last got on. */
    int idles;
    /** What is to happen to it, and in how many steps; null for nothing. */
    Runnable cut;
    int stepsToCut;
    boolean finished;
    boolean ordersPlainReads;
    String lastStep = "start";
    long lastAddress;
    Throwable thrown;

    /** What a thread does. */
    @FunctionalInterface
    public interface Body {
        /** Fails the simulation with whatever it throws. */
        void run() throws Exception;
    }

    /** A store and the word it went to. */
    record Store(Word word, Word.Value value, boolean release) {
    }

    SimulatedThread(
        final SimulatedProcess process, final String name, final int index, final Body body) {
        this.process = process;
        this.name = name;
        this.index = index;
        continuation = new Continuation(SCOPE, () -> {
            try {
                body.run();
            } catch (final Throwable e) {
                thrown = e;
            }
        });
    }

    /**
     * Declares that plain loads of this thread must be ordered with plain stores of others: a
     * load that could be overtaken by such a store is then a failure. Not for readers that check
     * afterwards whether what they have read was overwritten.
     */
    public SimulatedThread withOrderedPlainReads() {
        ordersPlainReads = true;
        return this;
    }

    /** The process it belongs to. */
    public SimulatedProcess process() {
        return process;
    }

    /** Whether its body has returned. */
    public boolean isFinished() {
        return finished;
    }

    boolean isRunnable() {
        return !finished && !held && !process.dead;
    }

    /** Where it is, for people; its last address is still to be said. */
    String state() {
        return this + (finished ? " ended" : process.dead ? " dead" : held ? " held" : " running")
            + " after " + lastStep;
    }

    static void learn(final int[] knowledge, final int[] more) {
        if (more != null) {
            for (int i = 0; i < knowledge.length; i++) {
                if (more[i] > knowledge[i]) {
                    knowledge[i] = more[i];
                }
            }
        }
    }

    /** A step of its own has begun. */
    void tick() {
        knowledge[index]++;
    }

    void learnLater(final int[] more) {
        if (more != null) {
            if (pendingKnowledge == null) {
                pendingKnowledge = new int[knowledge.length];
            }
            learn(pendingKnowledge, more);
        }
    }

    void acquireFence() {
        learn(knowledge, pendingKnowledge);
        pendingKnowledge = null;
    }

    void storeFence() {
        fencedKnowledge = knowledge.clone();
        recentStores.clear();
    }

    @Override
    public String toString() {
        return process.name + '/' + name;
    }
}
