package org.fencepost.ipc.file;

import java.lang.foreign.MemorySegment;

/** Gets the records of a file. */
@FunctionalInterface
public interface RecordHandler {
    /**
     * Takes one record.
     *
     * @param record its bytes in the mapped file, without the separator; only valid until this
     *               returns, and only readable
     * @param offset where it begins in the file
     * @return whether to go on
     */
    boolean onRecord(MemorySegment record, long offset);
}
