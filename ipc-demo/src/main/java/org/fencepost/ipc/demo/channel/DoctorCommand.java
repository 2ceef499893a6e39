package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Units;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.os.Reason;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc doctor}. */
public final class DoctorCommand extends ToolCommand {
    private static final int SYNCS = 30;
    private static final int SYNC_BYTES = 4096;
    private static final long SYNC_NANOS_MUCH = TimeUnit.MILLISECONDS.toNanos(20);
    /** No disk is that fast, but something that only says it has written. */
    private static final long SYNC_NANOS_SUSPECT = TimeUnit.MICROSECONDS.toNanos(5);
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE_NANOS_MUCH = TimeUnit.MILLISECONDS.toNanos(1);

    private final Value<Path> directory = parameter(Path.class,
        PositionalParamSpec.builder().paramLabel("DIR").arity("0..1").defaultValue(".")
            .description("Where channels are or are to be. Default: the current directory."));

    private final Flag measure = flag("--measure", "Also write and sync a small file there, and watch for half a "
        + "second how long this thread is kept from its processor.");

    private final Flag json = flag("--json", "Print a JSON object for each thing.");

    /** For the tool. */
    public DoctorCommand() {
        super("doctor",
            "Says what this machine does to the latency and the durability of channels in a directory, and what to "
                + "change.",
            "Exit code 1 if something that is promised does not hold here.");
    }

    @Override
    protected int run(final Output out) throws IOException {
        final List<Diagnosis> diagnoses = Stream.concat(
            new Checkup(Path.of("/"), directory.get()).diagnoses(),
            measure.isSet() ? Stream.of(sync(), pauses()) : Stream.empty()).toList();
        for (final Diagnosis diagnosis : diagnoses) {
            if (json.isSet()) {
                out.json(diagnosis.toJson());
            } else {
                diagnosis.print(out);
            }
        }
        return diagnoses.stream().anyMatch(one -> one.level() == Diagnosis.Level.WRONG)
            ? ExitCode.FAILED : 0;
    }

    private Diagnosis sync() throws IOException {
        final Path file;
        try {
            file = Files.createTempFile(directory.get(), ".ipc-doctor-", ".tmp");
        } catch (final IOException refusal) {
            throw new CommandFailedException("cannot write into " + directory.get() + ": "
                + Reason.of(refusal) + "; leave --measure out", refusal);
        }
        final long[] nanos = new long[SYNCS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            final ByteBuffer page = ByteBuffer.allocate(SYNC_BYTES);
            channel.write(page);
            channel.force(true);
            for (int i = 0; i < SYNCS; i++) {
                channel.write(page.clear(), 0);
                final long begin = System.nanoTime();
                channel.force(false);
                nanos[i] = System.nanoTime() - begin;
            }
        } finally {
            Files.delete(file);
        }
        Arrays.sort(nanos);
        final long median = nanos[SYNCS / 2];
        final String found = "median " + Units.duration(median) + ", longest of " + SYNCS + " "
            + Units.duration(nanos[SYNCS - 1]);
        final String type = Files.getFileStore(directory.get()).type();
        if (median < SYNC_NANOS_SUSPECT && !type.equals("tmpfs")) {
            return Diagnosis.note("sync", found, "no disk writes that fast: something on the way"
                + " says so"
                + " before it has; look at the cache of the disk or of the virtual machine");
        }
        return median <= SYNC_NANOS_MUCH ? Diagnosis.ok("sync", found)
            : Diagnosis.note("sync", found, "who waits for the disk waits so long at least: use a"
                + " faster one, or a flush interval");
    }

    private static Diagnosis pauses() {
        final long begin = System.nanoTime();
        long before = begin;
        long longest = 0;
        while (before - begin < WATCH_NANOS) {
            final long now = System.nanoTime();
            longest = Math.max(longest, now - before);
            before = now;
        }
        final String found = "longest in half a second " + Units.duration(longest);
        return longest <= PAUSE_NANOS_MUCH ? Diagnosis.ok("pauses", found)
            : Diagnosis.note("pauses", found, "somebody else had this processor meanwhile: pin"
                + " threads"
                + " that have to answer fast to processors of their own");
    }
}
