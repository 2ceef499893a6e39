package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;

/** The contenders that are known by name. */
final class Contenders {
    /** Capacity of every contender's ring. */
    static final int RING_BYTES = 4 * 1024 * 1024;
    /** Messages in a batch, for the contenders that batch. */
    static final int BATCH_MESSAGES = 64;

    private static final List<Contender> KNOWN = List.of(
        FencepostContender.shared(),
        FencepostContender.exclusive(),
        FencepostContender.denseShared(),
        FencepostContender.denseExclusive(),
        new FencepostBatchContender(),
        FencepostContender.journal(),
        new FencepostHistory(),
        AgronaContender.manyToOne(true),
        AgronaContender.oneToOne(true),
        AgronaContender.manyToOne(false),
        AgronaContender.oneToOne(false),
        AeronContender.shared(),
        AeronContender.exclusive(),
        new ChronicleContender(),
        StreamContender.unix(),
        StreamContender.unixBatch(),
        StreamContender.tcp(),
        StreamContender.tcpBatch(),
        StreamContender.pipe(),
        new FencepostJournal(),
        new FileSyncContender(),
        new FileGroupCommitContender(),
        FileJournal.plain(),
        FileJournal.checked());

    /** What runs when the command line does not say. */
    static final List<String> DEFAULT_NAMES = List.of(
        FencepostContender.SHARED,
        FencepostContender.EXCLUSIVE,
        FencepostBatchContender.NAME,
        AgronaContender.MANY_TO_ONE,
        AgronaContender.ONE_TO_ONE,
        NativeEntrant.RING);

    /** What runs in the presets: each peer with the flags that are best for it. */
    static final List<String> PRESET_NAMES = List.of(
        FencepostContender.SHARED,
        FencepostContender.EXCLUSIVE,
        FencepostBatchContender.NAME,
        FencepostContender.JOURNAL,
        FencepostHistory.NAME,
        AgronaContender.MANY_TO_ONE + AgronaContender.UNCHECKED_SUFFIX,
        AgronaContender.ONE_TO_ONE + AgronaContender.UNCHECKED_SUFFIX,
        AeronContender.SHARED,
        AeronContender.EXCLUSIVE,
        ChronicleContender.NAME,
        FencepostJournal.NAME,
        FileSyncContender.NAME,
        FileGroupCommitContender.NAME,
        FileJournal.PLAIN,
        FileJournal.CHECKED,
        StreamContender.UNIX,
        StreamContender.UNIX + StreamContender.BATCH_SUFFIX,
        StreamContender.TCP,
        StreamContender.TCP + StreamContender.BATCH_SUFFIX,
        StreamContender.PIPE,
        NativeEntrant.LINE,
        NativeEntrant.FUTEX,
        NativeEntrant.RING,
        NativeEntrant.RING_FULL,
        NativeEntrant.RING_BATCH);

    private Contenders() {
    }

    /** The contender of this name; a name with a dot is that of a class. */
    static Contender byName(final String name) {
        for (final Contender contender : KNOWN) {
            if (contender.name().equals(name)) {
                return contender;
            }
        }
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

    static List<String> names() {
        final List<String> names = new ArrayList<>();
        for (final Contender contender : KNOWN) {
            names.add(contender.name());
        }
        names.addAll(NativeEntrant.names());
        return names;
    }
}
