package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.file.GuardedFile.Version;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedFileTest extends OnEveryPlatform {
    GuardedFileTest() {
        super("0");
    }

    private static byte[] bytes(final Object text) {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private GuardedFile file() {
        return file(GuardOptions.defaults());
    }

    private GuardedFile file(final GuardOptions options) {
        return GuardedFile.of(surroundings, path, options);
    }

    private List<String> history() throws IOException {
        return file().versions().stream().map(version -> {
            try {
                return Files.readString(version.file());
            } catch (final IOException failure) {
                throw new AssertionError(failure);
            }
        }).toList();
    }

    @Test
    void shouldReplaceAndNameTheDigestWhenContentIsValid() throws IOException {
        final Replacement done = file().replace(bytes("1"));
        assertEquals(new Replacement.Replaced(
            "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"), done);
        assertEquals("1", Files.readString(path));
        final GuardedFile.Snapshot snapshot = file().read().orElseThrow();
        assertArrayEquals(bytes("1"), snapshot.bytes());
        assertEquals(Sha256.of(bytes("1")), snapshot.sha256());
    }

    @Test
    void shouldKeepTheLastVersionsWhenContentIsReplaced() throws IOException {
        final GuardedFile file = file(GuardOptions.defaults().history(3));
        for (int i = 1; i <= 6; i++) {
            assertTrue(file.replace(bytes(i)).isDone());
        }
        assertEquals(List.of("5", "4", "3"), history());
        final List<Version> versions = file.versions();
        assertEquals(List.of(6L, 5L, 4L), versions.stream().map(Version::number).toList());
        assertEquals(1, versions.getFirst().sizeBytes());
        file(GuardOptions.defaults().history(0)).replace(bytes(7));
        assertEquals(List.of(), file.versions());
        assertEquals(new Replacement.NoVersion(), file.rollback());
        assertThrows(IllegalArgumentException.class, () -> GuardOptions.defaults().history(1001));
    }

    @Test
    void shouldReplaceAsTheOptionsOfTheFileSay() throws IOException {
        final Path below = path.resolveSibling("missing").resolve("file");
        final GuardedFile file = GuardedFile.of(surroundings, below, GuardOptions.defaults()
            .file(FileOptions.defaults().createParents(false).newFilePermissions(0600)));
        assertThrows(FileFailedException.class, () -> file.replace(bytes("1")));
        assertTrue(Files.notExists(below.getParent()));
        Files.createDirectory(below.getParent());
        assertTrue(file.replace(bytes("1")).isDone());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(below)));
    }

    @Test
    void shouldReturnToAVersionWhenRolledBack() throws IOException {
        for (int i = 1; i <= 3; i++) {
            file().replace(bytes(i));
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(file().rollback().isDone());
        assertEquals("2", Files.readString(path));
        assertTrue(file().rollback().isDone());
        assertEquals("3", Files.readString(path));
        final Version first = file().versions().getLast();
        assertTrue(file().rollback(first).isDone());
        assertEquals("0", Files.readString(path));
        assertEquals(List.of("3", "2", "3", "2", "1", "0"), history());
        assertEquals("rw-r-----",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void shouldRollBackPastTheValidatorWhenTheVersionWouldNotPassIt() throws IOException {
        Files.writeString(path, "<broken");
        final GuardedFile file = file(GuardOptions.defaults().validator(Validator.xml()));
        assertTrue(file.replace(bytes("<whole/>")).isDone());
        assertTrue(file.rollback().isDone());
        assertEquals("<broken", Files.readString(path));
    }

    @Test
    void shouldLeaveTheThreadInterruptedWhenThatEndsTheValidator() {
        final GuardedFile file = file(GuardOptions.defaults().validator(content -> {
            throw new InterruptedException("while it waited for another");
        }));
        final Replacement result = file.replace(bytes("1"));
        assertTrue(Thread.interrupted());
        assertInstanceOf(Replacement.Invalid.class, result);
    }

    @Test
    void shouldNotWriteAnythingWhenContentIsInvalid() throws IOException {
        final GuardedFile file = file(GuardOptions.defaults().validator(content -> {
            throw new IOException("not today");
        }));
        assertEquals(new Replacement.Invalid("not today"), file.replace(bytes("1")));
        assertEquals(new Replacement.Invalid("not today"),
            file.replaceIf(Sha256.of(bytes("0")), bytes("1")));
        assertEquals("0", Files.readString(path));
        try (var entries = Files.list(directory)) {
            assertEquals(List.of(path), entries.toList());
        }
        assertEquals(new Replacement.Invalid("not today"), file.patch(content -> bytes("1")));
        assertEquals("0", Files.readString(path));
        assertThrows(IllegalStateException.class, () -> file.replace(bytes("1")).orThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "xml, <a b='1'>&amp;</a>, true", "xml, <a>, false", "xml, '', false",
        "xml, <!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>, true",
        "xml, <?xml version='1.0' encoding='none'?><a/>, false",
        "properties, 'a=1\nb=\\u0041', true", "properties, 'a=\\u00', false",
        "utf8, grün, true"})
    void shouldTellGoodFromBadContentWhenAValidatorOfTheCoreIsUsed(
        final String kind, final String content, final boolean good) {
        final Validator validator = switch (kind) {
            case "xml" -> Validator.xml();
            case "properties" -> Validator.properties();
            default -> Validator.utf8();
        };
        final Replacement result = file(GuardOptions.defaults().validator(validator))
            .replace(bytes(content));
        assertEquals(good, result.isDone(), result.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<a>~ <b>~</a>|line 3, column 3: ", "<a>~<b:c/></a>|line 2, column 7: ",
        "<?xml version='1.0' encoding='none'?><a/>|expected an encoding that Java has, found none"})
    void shouldSayWhatIsWrongWhereWhenXmlIsNotWellFormed(final String content, final String problem) {
        final String found = assertInstanceOf(Replacement.Invalid.class, file(
            GuardOptions.defaults().validator(Validator.xml())).replace(bytes(content.replace('~', '\n')))).problem();
        assertTrue(found.startsWith(problem), found);
    }

    @Test
    void shouldRefuseWhatIsNotUtf8OrExpandsWithoutEnd() {
        final GuardOptions utf8 = GuardOptions.defaults().validator(Validator.utf8());
        for (final byte[] bad : new byte[][] {
            {(byte) 0xff}, {'a', (byte) 0xc3}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}}) {
            assertInstanceOf(Replacement.Invalid.class, file(utf8).replace(bad));
            assertInstanceOf(Replacement.Invalid.class, file(GuardOptions.defaults()
                .validator(Validator.any().and(Validator.properties()))).replace(bad));
        }
        final StringBuilder bomb = new StringBuilder("<!DOCTYPE a [<!ENTITY e0 'x'>");
        for (int i = 1; i < 30; i++) {
            bomb.append("<!ENTITY e").append(i).append(" '&e").append(i - 1).append(";&e")
                .append(i - 1).append(";'>");
        }
        bomb.append("]><a>&e29;</a>");
        assertInstanceOf(Replacement.Invalid.class, file(
            GuardOptions.defaults().validator(Validator.xml())).replace(bytes(bomb)));
    }

    @Test
    void shouldReplaceOnlyTheContentThatIsExpectedWhenComparing() throws IOException {
        final String zero = file().read().orElseThrow().sha256();
        assertTrue(file().replaceIf(zero, bytes("1")).isDone());
        assertEquals(new Replacement.Changed(zero, Sha256.of(bytes("1"))),
            file().replaceIf(zero, bytes("2")));
        assertEquals(new Replacement.Changed(GuardedFile.ABSENT, Sha256.of(bytes("1"))),
            file().replaceIf(GuardedFile.ABSENT, bytes("2")));
        assertEquals("1", Files.readString(path));
        Files.delete(path);
        assertEquals(new Replacement.Changed(zero, GuardedFile.ABSENT),
            file().replaceIf(zero, bytes("2")));
        assertTrue(file().read().isEmpty());
        assertTrue(file().replaceIf(GuardedFile.ABSENT, bytes("2")).isDone());
        assertEquals("2", Files.readString(path));
        assertThrows(IllegalArgumentException.class, () -> file().replaceIf("?", bytes("3")));
    }

    @Test
    void shouldSayWhoIsBusyWhenAnotherThreadChangesTheFile() throws Exception {
        final AtomicLong holder = new AtomicLong();
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            final Future<Replacement> first = executor.submit(() -> file().patch(content -> {
                holder.set(Thread.currentThread().threadId());
                inside.countDown();
                await(leave);
                return bytes("first");
            }));
            inside.await();
            try {
                final Replacement busy =
                    new Replacement.Busy(ProcessHandle.current().pid(), holder.get());
                assertEquals(busy, file().replace(bytes("second")));
                assertEquals(busy, file().rollback());
                assertEquals(busy, file().recover(true));
                assertEquals(busy, file().replaceInPlace(bytes("0"), bytes("1")));
            } finally {
                leave.countDown();
            }
            assertTrue(first.get().isDone());
        }
        assertEquals("first", Files.readString(path));
        assertTrue(file().replace(bytes("second")).isDone());
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @Test
    void shouldMakeTheLockAgainWhenItIsTakenForALeftoverMeanwhile() {
        final FileCalls real = surroundings.calls();
        final AtomicInteger created = new AtomicInteger();
        final InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("create") && created.getAndIncrement() == 0) {
                // As the portable calls say it, which look at what they have made by its name.
                throw new NoSuchFileException(arguments[0].toString());
            }
            try {
                return method.invoke(real, arguments);
            } catch (final InvocationTargetException failure) {
                throw failure.getCause();
            }
        };
        final FileCalls calls = (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, handler);
        assertTrue(GuardedFile.of(new Surroundings(surroundings.platform(), calls), path, GuardOptions.defaults())
            .replace(bytes("1")).isDone());
        assertTrue(created.get() > 1);
    }

    @Test
    void shouldLoseNoIncrementWhenManyThreadsPatch() throws Exception {
        final int threads = 8;
        final int increments = 25;
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            final List<Future<Object>> all = executor.invokeAll(
                IntStream.range(0, threads)
                    .<Callable<Object>>mapToObj(i -> () -> {
                        for (int done = 0; done < increments; ) {
                            final Replacement result = file().patch(content -> bytes(
                                Integer.parseInt(new String(content, StandardCharsets.UTF_8)) + 1));
                            done += result.isDone() ? 1 : 0;
                            assertTrue(result.isDone() || result instanceof Replacement.Busy);
                        }
                        return null;
                    }).toList());
            for (final Future<Object> one : all) {
                one.get();
            }
        }
        assertEquals(String.valueOf(threads * increments), Files.readString(path));
    }

    @Test
    void shouldKeepOldContentWhenAnOperatorThrows() throws IOException {
        final IllegalStateException own = new IllegalStateException("own");
        assertSame(own, assertThrows(IllegalStateException.class, () -> file().patch(content -> {
            throw own;
        })));
        assertEquals("0", Files.readString(path));
        assertTrue(file().replace(bytes("1")).isDone());
    }

    @Test
    void shouldGuardTheFileThatALinkLeadsTo() throws IOException {
        final Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        assertTrue(GuardedFile.of(surroundings, link, GuardOptions.defaults())
            .replace(bytes("1")).isDone());
        assertEquals("1", Files.readString(path));
        assertEquals(List.of("0"), history());
        assertFalse(Files.exists(directory.resolve(".link.guard")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReturnToTheOldContentWhenWhatIsReadBackDiffers(final boolean replacing)
        throws IOException {
        if (!replacing) {
            Files.delete(path);
        }
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        calls.corrupt(true);
        final GuardedFile file = GuardedFile.of(
            Surroundings.of(surroundings.platform(), calls), path, GuardOptions.defaults());
        final FileFailedException failure =
            assertThrows(FileFailedException.class, () -> file.replace(bytes("1")));
        assertEquals(Content.OLD, failure.content());
        assertTrue(failure.getMessage().contains(Sha256.of(bytes("1"))), failure.getMessage());
        assertEquals(replacing, Files.exists(path));
        if (replacing) {
            assertEquals("0", Files.readString(path));
        }
        calls.corrupt(false);
        assertTrue(file.replace(bytes("1")).isDone());
        assertEquals(replacing ? List.of("0") : List.of(), history());
    }

    @Test
    void shouldListVersionsWhenOthersAreForgottenMeanwhile(
        @TempDir(factory = MemoryDirectory.class) final Path inMemory) throws Exception {
        path = inMemory.resolve("config");
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            final Future<Object> changes = executor.submit(() -> {
                for (int i = 0; i < 300; i++) {
                    file(GuardOptions.defaults().history(1)).replace(bytes(i)).orThrow();
                }
                return null;
            });
            long listed = 0;
            while (!changes.isDone()) {
                listed += file().versions().size();
            }
            changes.get();
            assertTrue(listed > 0);
        }
    }

    @Test
    void shouldTryNothingElseWhenTheNameOfAVersionIsNotMadeDurable() throws IOException {
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        final GuardedFile file = GuardedFile.of(
            Surroundings.of(surroundings.platform(), calls), path, GuardOptions.defaults());
        file.replace(bytes("1")).orThrow();
        calls.made().clear();
        file.replace(bytes("2")).orThrow();
        final int sync = calls.made().indexOf("link") + 1;
        assertEquals("sync of directory", calls.made().get(sync));
        calls.failing(FaultyCalls.Fault.EIO, sync, sync, false);
        assertEquals(Content.OLD, assertThrows(FileFailedException.class,
            () -> file.replace(bytes("3"))).content());
        assertEquals("2", Files.readString(path));
    }

    /** As a file has one name more, or where that is refused, as a copy. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "link"})
    void shouldKeepNoVersionOfWhatIsThereWhenAChangeFails(final String refused) throws IOException {
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        final GuardedFile file = GuardedFile.of(
            Surroundings.of(surroundings.platform(), calls), path, GuardOptions.defaults());
        file.replace(bytes("1")).orThrow();
        calls.refusing(refused);
        file.replace(bytes("2")).orThrow();
        final int rename = calls.made().lastIndexOf("rename");
        for (int i = 0; i < 3; i++) {
            calls.failing(FaultyCalls.Fault.ENOSPC, rename, rename, false);
            assertEquals(Content.OLD, assertThrows(FileFailedException.class,
                () -> file.replace(bytes("3"))).content());
            assertEquals(List.of("1", "0"), history());
        }
        calls.failing(FaultyCalls.Fault.EIO, -1, -1, false);
        assertTrue(file.rollback().isDone());
        assertEquals("1", Files.readString(path));
    }

    @Test
    void shouldLeaveAloneWhatHasNoNumberOfAVersion() throws IOException {
        file().replace(bytes("1")).orThrow();
        final Path guard = directory.resolve(".config.guard");
        for (final String foreign : new String[] {"9999999999999999999", "9223372036854775807",
            "000000000000000000x", "-000000000000000001", "2"}) {
            Files.createFile(guard.resolve("version-" + foreign));
        }
        assertTrue(file(GuardOptions.defaults().history(1)).replace(bytes("2")).isDone());
        assertEquals(List.of("1"), history());
        assertTrue(file().rollback().isDone());
        try (Stream<Path> files = Files.list(guard)) {
            assertEquals(5 + 3, files.count());
        }
    }

    @Test
    void shouldForgetTheVersionThatAnUnfinishedChangeMade() throws IOException {
        file().replace(bytes("1"));
        final Versions versions =
            new Versions(surroundings, directory.resolve(".config.guard"));
        versions.keep(path, bytes("1"));
        assertEquals(List.of(2L, 1L), versions.numbers());
        // It is what the file is now, and nothing to return to.
        assertEquals(List.of("0"), history());
        assertTrue(file().replace(bytes("2")).isDone());
        assertEquals(List.of("1", "0"), history());
    }

    @Test
    void shouldRefuseWhenTheNameIsTooLong() {
        path = directory.resolve("n".repeat(249));
        assertThrows(FileFailedException.class, () -> file().replace(bytes("1")));
        path = directory.resolve("n".repeat(248));
        assertTrue(file().replace(bytes("1")).isDone());
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "none/.", "none/..", "/", "directory", "none/.fencepost-1.tmp", "fifo", "dots"})
    void shouldLeaveNothingWhenItCanBeNoFile(final String name) throws Exception {
        Files.createDirectory(directory.resolve("directory"));
        Files.createSymbolicLink(directory.resolve("dots"), Path.of("."));
        assertEquals(0, new ProcessBuilder("mkfifo", directory.resolve("fifo").toString()).start().waitFor());
        path = directory.resolve(name);
        for (final Executable change : List.<Executable>of(() -> file().replace(bytes("1")),
            () -> file().replaceInPlace(bytes("1"), bytes("2")), () -> file().rollback(),
            () -> file().recover(false))) {
            assertEquals(Content.OLD, assertThrows(FileFailedException.class, change).content());
        }
        assertThrows(FileFailedException.class, () -> AtomicFile.of(path).writeBytes(bytes("1")));
        try (Stream<Path> left = Files.walk(directory)) {
            assertEquals(List.of(directory, directory.resolve("config"), directory.resolve("directory"),
                directory.resolve("dots"), directory.resolve("fifo")), left.sorted().toList());
        }
    }

    @Test
    void shouldMakeNothingWhenThereIsNothingToReturnTo() throws IOException {
        assertEquals(new Replacement.NoVersion(), file().rollback());
        assertEquals(new Replacement.ReplacedInPlace(0), file().recover(false));
        path = directory.resolve("none/none");
        assertEquals(new Replacement.NoVersion(), file().rollback());
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(directory.resolve("config")), left.toList());
        }
    }

    /** Somebody else could make versions to return to, and bytes to put back, before there was a guard. */
    @Test
    void shouldRefuseAGuardOfAnotherUserWhereEverybodyMayMakeOne() throws IOException {
        assumeTrue((int) Files.getAttribute(directory, "unix:uid") == 0, "needs to be root, to give a directory away");
        assertTrue(file().replace(bytes("1")).isDone());
        final Path guard = directory.resolve(".config.guard");
        Files.setAttribute(guard, "unix:uid", 12345);
        assertTrue(file().replace(bytes("2")).isDone(), "whoever may make it here may replace the file");
        Files.setAttribute(directory, "unix:uid", 12346);
        Files.setAttribute(directory, "unix:mode", 01777);
        for (final Executable change : List.<Executable>of(() -> file().replace(bytes("3")),
            () -> file().replaceInPlace(bytes("2"), bytes("3")), () -> file().rollback(),
            () -> file().recover(false))) {
            final String message = assertThrows(FileFailedException.class, change).getMessage();
            assertTrue(message.contains("to be those of user 0, or of user 12346"), message);
        }
        assertEquals("2", Files.readString(path));
        for (final int user : new int[] {0, 12346}) {
            Files.setAttribute(guard, "unix:uid", user);
            assertTrue(file().replace(bytes("of user " + user)).isDone());
        }
    }

    @Test
    void shouldRefuseAGuardThatIsALink() throws IOException {
        assertTrue(file().replace(bytes("1")).isDone());
        final Path guard = directory.resolve(".config.guard");
        Files.createSymbolicLink(guard, Files.move(guard, directory.resolve("elsewhere")).getFileName());
        assertEquals(Content.OLD, assertThrows(FileFailedException.class, () -> file().rollback()).content());
        assertEquals("1", Files.readString(path));
    }

    @Test
    void shouldKeepAVersionToItsUserWhenItReturnsWhereTheFileIsGone() throws IOException {
        assertTrue(file().replace(bytes("secret")).isDone());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        assertTrue(file().replace(bytes("another")).isDone());
        Files.delete(path);
        assertTrue(file().rollback().isDone());
        assertEquals("secret", Files.readString(path));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    /** What cannot be decoded all looks the same, and so would its guard. */
    @Test
    void shouldShareNoGuardWhenNamesAreNoText() throws Exception {
        final Path first = Path.of(URI.create(directory.toUri() + "%FF"));
        final Path second = Path.of(URI.create(directory.toUri() + "%FE"));
        for (final Path file : List.of(first, second)) {
            path = file;
            final FileFailedException refusal =
                assertThrows(FileFailedException.class, () -> file().replace(bytes("1")));
            assertTrue(refusal.getMessage()
                .endsWith("expected a name of text, found bytes that are none; give it another name"));
            assertEquals(file, refusal.path());
        }
        path = directory.resolve("gr\u00fc\ufffd");
        assertTrue(file().replace(bytes("1")).isDone());
    }
}
