package org.fencepost.ipc.demo;

import java.io.InputStream;

/** What all commands read and print to. */
interface Streams {
    /** The standard input. */
    InputStream in();

    /** The standard output. */
    Output out();
}
