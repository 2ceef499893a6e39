package org.fencepost.ipc.tests.crash;

import org.fencepost.ipc.disk.Disk;

/** Kills once: whoever has made so many events happen; nobody if it is none. */
final class Killer implements Disk.Watcher {
    private int stepsLeft;

    Killer(final int steps) {
        this.stepsLeft = steps;
    }

    boolean isArmed() {
        return stepsLeft > 0;
    }

    void arm(final int steps) {
        stepsLeft = steps;
    }

    void disarm() {
        stepsLeft = 0;
    }

    @Override
    public void happened() {
        if (isArmed() && --stepsLeft == 0) {
            throw new Disk.Death();
        }
    }
}
