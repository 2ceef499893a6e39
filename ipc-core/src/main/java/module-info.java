/**
 * Fencepost: messages and journals in shared memory, between the processes of one host.
 *
 * <p>Start at {@link org.fencepost.ipc.Channel}. Only the exported packages are the interface;
 * everything else may change with any release.
 */
module org.fencepost.ipc {
    requires transitive org.agrona;
    requires org.slf4j;
    requires java.xml;
    requires static com.fasterxml.jackson.databind;

    exports org.fencepost.ipc;
    exports org.fencepost.ipc.buffer;
    exports org.fencepost.ipc.file;
}
