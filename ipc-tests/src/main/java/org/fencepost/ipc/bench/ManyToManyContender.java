package org.fencepost.ipc.bench;

/** A contender by which any number of processes may publish to any number. */
interface ManyToManyContender extends MessageContender {
    @Override
    default int sendersMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    default int receiversMax() {
        return Integer.MAX_VALUE;
    }
}
