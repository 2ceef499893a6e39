package org.fencepost.ipc.tests.conformance;

import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.Peer;

/**
 * One child for all conformance tests, because starting a JVM takes longer than most of them. It
 * ends with this process, when its standard input does.
 */
final class Children {
    private static ChildPeer shared;

    private Children() {
    }

    /** A child that runs: a test that made one crash does not take the others with it. */
    static synchronized Peer peer() {
        if (shared == null || !shared.isAlive()) {
            shared = new ChildPeer();
        }
        return shared.peer();
    }
}
