package org.fencepost.ipc.tests.peer;

/** A process that can open channels. */
public interface Peer extends Port {
    /** Creates or joins a channel. */
    ChannelPort open(String directory, ChannelSpec spec);

    /** Joins a channel that exists. */
    ChannelPort join(String directory);

    /** The process id of whoever does the work. */
    long pid();
}
