package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;

/** The contenders that are known by name. */
final class Contenders {
    /** Capacity of every contender's ring. */
    static final int RING_BYTES = 4 * 1024 * 1024;
    /** Messages in a batch, for the contenders that batch. */
    static final int BATCH_MESSAGES = 64;

    private static final String SHARED_DENSE =
        FencepostContender.SHARED + FencepostContender.DENSE_SUFFIX;
    private static final String EXCLUSIVE_DENSE =
        FencepostContender.EXCLUSIVE + FencepostContender.DENSE_SUFFIX;
    private static final String SHARED_BY_HAND =
        FencepostContender.SHARED + FencepostContender.BY_HAND_SUFFIX;
    private static final String EXCLUSIVE_BY_HAND =
        FencepostContender.EXCLUSIVE + FencepostContender.BY_HAND_SUFFIX;
    private static final String JOURNAL_BY_HAND =
        FencepostContender.JOURNAL + FencepostContender.BY_HAND_SUFFIX;
    static final String MANY_TO_ONE_UNCHECKED =
        AgronaContender.MANY_TO_ONE + AgronaContender.UNCHECKED_SUFFIX;
    static final String ONE_TO_ONE_UNCHECKED =
        AgronaContender.ONE_TO_ONE + AgronaContender.UNCHECKED_SUFFIX;
    static final String UNIX_BATCH =
        StreamContender.UNIX + StreamContender.BATCH_SUFFIX;
    static final String TCP_BATCH = StreamContender.TCP + StreamContender.BATCH_SUFFIX;

    private static final List<String> NAMES = List.of(
        FencepostContender.SHARED,
        FencepostContender.EXCLUSIVE,
        SHARED_DENSE,
        EXCLUSIVE_DENSE,
        SHARED_BY_HAND,
        EXCLUSIVE_BY_HAND,
        FencepostBatchContender.NAME,
        FencepostContender.JOURNAL,
        JOURNAL_BY_HAND,
        FencepostContender.BOUNDED_JOURNAL,
        FencepostHistory.NAME,
        AgronaContender.MANY_TO_ONE,
        AgronaContender.ONE_TO_ONE,
        MANY_TO_ONE_UNCHECKED,
        ONE_TO_ONE_UNCHECKED,
        AeronContender.SHARED,
        AeronContender.EXCLUSIVE,
        ChronicleContender.NAME,
        StreamContender.UNIX,
        UNIX_BATCH,
        StreamContender.TCP,
        TCP_BATCH,
        StreamContender.PIPE,
        FencepostJournal.NAME,
        FencepostBatchJournal.NAME,
        FileSyncContender.NAME,
        FileGroupCommitContender.NAME,
        FileJournal.PLAIN,
        FileJournal.CHECKED);

    /** What runs when the command line does not say. */
    static final List<String> DEFAULT_NAMES = List.of(
        FencepostContender.SHARED,
        FencepostContender.EXCLUSIVE,
        FencepostBatchContender.NAME,
        AgronaContender.MANY_TO_ONE,
        AgronaContender.ONE_TO_ONE,
        NativeEntrant.RING);

    /** What publishes at a pace to show its tail, when the command line does not say. */
    static final List<String> TAIL_NAMES = List.of(
        FencepostContender.BOUNDED_JOURNAL, ChronicleContender.NAME, AeronContender.EXCLUSIVE);

    private Contenders() {
    }

    /** The contender of this name; a name with a dot is that of a class. */
    static Contender byName(final String name) {
        return switch (name) {
            // A switch and no list, so that a process of a run starts with one contender's classes.
            case FencepostContender.SHARED -> FencepostContender.shared();
            case FencepostContender.EXCLUSIVE -> FencepostContender.exclusive();
            case SHARED_DENSE -> FencepostContender.denseShared();
            case EXCLUSIVE_DENSE -> FencepostContender.denseExclusive();
            case SHARED_BY_HAND -> FencepostContender.sharedByHand();
            case EXCLUSIVE_BY_HAND -> FencepostContender.exclusiveByHand();
            case FencepostBatchContender.NAME -> new FencepostBatchContender();
            case FencepostContender.JOURNAL -> FencepostContender.journal();
            case JOURNAL_BY_HAND -> FencepostContender.journalByHand();
            case FencepostContender.BOUNDED_JOURNAL -> FencepostContender.boundedJournal();
            case FencepostHistory.NAME -> new FencepostHistory();
            case AgronaContender.MANY_TO_ONE -> AgronaContender.manyToOne(true);
            case AgronaContender.ONE_TO_ONE -> AgronaContender.oneToOne(true);
            case MANY_TO_ONE_UNCHECKED -> AgronaContender.manyToOne(false);
            case ONE_TO_ONE_UNCHECKED -> AgronaContender.oneToOne(false);
            case AeronContender.SHARED -> AeronContender.shared();
            case AeronContender.EXCLUSIVE -> AeronContender.exclusive();
            case ChronicleContender.NAME -> new ChronicleContender();
            case StreamContender.UNIX -> StreamContender.unix();
            case UNIX_BATCH -> StreamContender.unixBatch();
            case StreamContender.TCP -> StreamContender.tcp();
            case TCP_BATCH -> StreamContender.tcpBatch();
            case StreamContender.PIPE -> StreamContender.pipe();
            case FencepostJournal.NAME -> new FencepostJournal();
            case FencepostBatchJournal.NAME -> new FencepostBatchJournal();
            case FileSyncContender.NAME -> new FileSyncContender();
            case FileGroupCommitContender.NAME -> new FileGroupCommitContender();
            case FileJournal.PLAIN -> FileJournal.plain();
            case FileJournal.CHECKED -> FileJournal.checked();
            default -> ofClass(name);
        };
    }

    private static Contender ofClass(final String name) {
        if (name.indexOf('.') < 0) {
            throw new UsageException(
                "unknown contender '" + name + "', expected one of " + names());
        }
        try {
            return (Contender) Class.forName(name).getDeclaredConstructor().newInstance();
        } catch (final ReflectiveOperationException | ClassCastException e) {
            throw new UsageException("contender '" + name
                + "' must be a class on the class path that implements Contender and has a"
                + " constructor without parameters, but: " + e);
        }
    }

    /** Of all. */
    static List<String> names() {
        final List<String> names = new ArrayList<>(NAMES);
        names.addAll(NativeEntrant.names());
        return names;
    }
}
