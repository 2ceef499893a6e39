package org.fencepost.ipc.tests.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.memory.AddressMemory;
import org.fencepost.ipc.memory.ReadOnlyView;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.memory.WritableView;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls every method of Agrona's buffer interfaces with random arguments on one of our buffers and
 * on {@link UnsafeBuffer}, and expects the same result, the same bytes and the same refusals.
 *
 * <p>Where they are meant to differ the arguments are not generated: a limit, or a length beside a
 * length prefix, that is negative; an index in front of a length prefix that is negative; digits of
 * a negative number that is declared natural. Those cases have tests of their own.
 *
 * <p>The seed is printed; {@code -Dfencepost.seed=...} takes it back.
 */
@Tag("agrona-flag")
class AgronaParityTest {
    private static final int ROUNDS = 60_000;
    private static final int CAPACITY = 97;
    private static final Set<String> NOT_COMPARED = Set.of(
        // Where the memory is, differs by nature; wrap has tests of its own.
        "wrap", "addressOffset", "byteArray", "byteBuffer", "wrapAdjustment");

    /** Kinds of our buffers under comparison. */
    enum Kind { HEAP, HEAP_PART, NATIVE, DIRECT_BYTE_BUFFER, WRITABLE_VIEW, READ_ONLY_VIEW }

    private final SharedMemory memory = new AddressMemory();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldBehaveLikeUnsafeBufferWhenCalledAtRandom(final Kind kind) throws Exception {
        final long seed = Long.getLong("fencepost.seed", System.nanoTime());
        System.out.println("AgronaParityTest " + kind + " fencepost.seed=" + seed);
        final Random random = new Random(seed);
        final List<Method> methods = methods(
            kind == Kind.READ_ONLY_VIEW ? DirectBuffer.class : MutableDirectBuffer.class);
        final Set<Method> returned = new HashSet<>();
        final Set<Method> refused = new HashSet<>();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment segment = arena.allocate(CAPACITY + 16).asSlice(3, CAPACITY);
            final DirectBuffer ours = buffer(kind, segment);
            final UnsafeBuffer fill = unsafeOver(kind, ours, segment);
            final UnsafeBuffer theirs = new UnsafeBuffer(new byte[CAPACITY]);
            for (int round = 0; round < ROUNDS; round++) {
                if (round % 16 == 0) {
                    scramble(fill, random);
                    theirs.putBytes(0, fill, 0, CAPACITY);
                }
                final byte[] before = bytes(fill);
                final Method method = methods.get(random.nextInt(methods.size()));
                final long argumentSeed = random.nextLong();
                final Call a = Call.run(ours, method, arguments(method, argumentSeed));
                final Call b = Call.run(theirs, method, arguments(method, argumentSeed));
                final String where = "seed=" + seed + " round=" + round + " " + method + " "
                    + Arrays.deepToString(arguments(method, argumentSeed));
                if (a.refusal == null && b.refusal == null) {
                    returned.add(method);
                    assertTrue(same(a, b), () -> where + "\nours   " + a + "\ntheirs " + b);
                    assertArrayEquals(bytes(theirs), bytes(fill), where);
                } else {
                    assertTrue(a.refusal != null && b.refusal != null
                        && family(a.refusal) == family(b.refusal),
                        () -> where + "\nours   " + a + "\ntheirs " + b);
                    refused.add(method);
                    assertArrayEquals(before, bytes(fill), "changed by a refused call: " + where);
                    theirs.putBytes(0, before);
                }
            }
        }
        // A call that never succeeded has not been compared at all.
        assertEquals(Set.copyOf(methods), returned);
        final Set<Method> checked = new HashSet<>(methods);
        checked.removeIf(m -> !m.getName().matches("(get|put|parse|set|check|bounds).*"));
        assertEquals(checked, refused);
    }

    @Test
    void shouldCompareLikeUnsafeBufferWhenBytesAreNearlyEqual() {
        final long seed = Long.getLong("fencepost.seed", System.nanoTime());
        System.out.println("AgronaParityTest order fencepost.seed=" + seed);
        final Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            final byte[] a = new byte[random.nextInt(20)];
            random.nextBytes(a);
            final byte[] b = Arrays.copyOf(a, random.nextInt(20));
            if (b.length > 0 && random.nextBoolean()) {
                b[random.nextInt(b.length)]++;
            }
            final MessageBuffer ourA = MessageBuffer.of(a);
            final UnsafeBuffer theirA = new UnsafeBuffer(a);
            final UnsafeBuffer theirB = new UnsafeBuffer(b);
            final int expected = Integer.signum(theirA.compareTo(theirB));
            final String where = "seed=" + seed + " round=" + round;
            assertEquals(expected, Integer.signum(ourA.compareTo(MessageBuffer.of(b))), where);
            assertEquals(expected, Integer.signum(ourA.compareTo(theirB)), where);
            assertEquals(expected, Integer.signum(theirA.compareTo(MessageBuffer.of(b))), where);
            assertEquals(theirA.equals(theirB), ourA.equals(MessageBuffer.of(b)), where);
            assertEquals(theirA.hashCode(), ourA.hashCode(), where);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldExchangeBytesWithAgronaBuffersWhenEitherSideCopies(final Kind kind) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment segment = arena.allocate(CAPACITY + 16).asSlice(3, CAPACITY);
            final DirectBuffer ours = buffer(kind, segment);
            final UnsafeBuffer fill = unsafeOver(kind, ours, segment);
            final MemorySegment raw = arena.allocate(CAPACITY);
            final ByteBuffer slice = ByteBuffer.allocateDirect(CAPACITY + 9).slice(5, CAPACITY);
            final List<MutableDirectBuffer> others = List.of(
                new UnsafeBuffer(new byte[CAPACITY]),
                new UnsafeBuffer(new byte[CAPACITY + 7], 4, CAPACITY),
                new UnsafeBuffer(ByteBuffer.allocate(CAPACITY + 9).slice(5, CAPACITY)),
                new UnsafeBuffer(
                    ByteBuffer.allocate(CAPACITY + 9).slice(2, CAPACITY + 3), 3, CAPACITY),
                new UnsafeBuffer(slice),
                new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY + 9), 6, CAPACITY),
                new UnsafeBuffer(raw.address(), CAPACITY),
                new org.agrona.ExpandableArrayBuffer(CAPACITY),
                new org.agrona.ExpandableDirectByteBuffer(CAPACITY));
            final Random random = new Random(5);
            for (final MutableDirectBuffer other : others) {
                for (int length = 0; length <= 40; length++) {
                    final String where = kind + " " + other + " length=" + length;
                    scramble(fill, random);
                    ours.getBytes(7, other, 11, length);
                    assertEquals(hex(fill, 7, length), hex(other, 11, length), where);
                    other.putBytes(13, ours, 5, length);
                    assertEquals(hex(fill, 5, length), hex(other, 13, length), where);
                    if (ours instanceof final MutableDirectBuffer target) {
                        target.putBytes(17, other, 11, length);
                        assertEquals(hex(other, 11, length), hex(fill, 17, length), where);
                        other.getBytes(2, target, 31, length);
                        assertEquals(hex(other, 2, length), hex(fill, 31, length), where);
                    }
                }
            }
        }
    }

    @Test
    void shouldBeWrappableByUnsafeBufferWhenTheFlagIsGiven() {
        final byte[] array = new byte[40];
        final MessageBuffer part = MessageBuffer.of(array, 9, 24);
        final UnsafeBuffer theirs = new UnsafeBuffer(part, 3, 16);
        theirs.putLong(1, 0x0102030405060708L, ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x0102030405060708L, part.getLong(4));
        assertEquals(8, array[13]);
        assertEquals(12, theirs.wrapAdjustment());
    }

    private DirectBuffer buffer(final Kind kind, final MemorySegment segment) {
        switch (kind) {
            case HEAP:
                return MessageBuffer.allocate(CAPACITY);
            case HEAP_PART:
                return MessageBuffer.of(new byte[CAPACITY + 20], 11, CAPACITY);
            case NATIVE:
                return MessageBuffer.of(segment);
            case DIRECT_BYTE_BUFFER:
                return MessageBuffer.of(segment.asByteBuffer());
            case WRITABLE_VIEW:
                final WritableView writable = new WritableView(memory);
                writable.set(segment.address(), CAPACITY);
                return writable;
            default:
                final ReadOnlyView view = new ReadOnlyView(memory);
                view.set(segment.address(), CAPACITY);
                return view;
        }
    }

    private static UnsafeBuffer unsafeOver(
        final Kind kind, final DirectBuffer ours, final MemorySegment segment) {
        return kind == Kind.HEAP || kind == Kind.HEAP_PART
            ? new UnsafeBuffer(ours.byteArray(), ours.wrapAdjustment(), CAPACITY)
            : new UnsafeBuffer(segment.address(), CAPACITY);
    }

    private static List<Method> methods(final Class<?> type) {
        final List<Method> methods = new ArrayList<>();
        for (final Method method : type.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers())
                && !method.isBridge()
                && !NOT_COMPARED.contains(method.getName())) {
                methods.add(method);
            }
        }
        methods.sort(Comparator.comparing(Method::toString));
        return methods;
    }

    /** Random bytes, with runs of digits and small length prefixes so that all parsers succeed. */
    private static void scramble(final UnsafeBuffer buffer, final Random random) {
        final byte[] bytes = new byte[CAPACITY];
        random.nextBytes(bytes);
        buffer.putBytes(0, bytes);
        for (int i = 0; i < CAPACITY - 8; i += 1 + random.nextInt(12)) {
            switch (random.nextInt(5)) {
                case 0 -> buffer.putInt(i, random.nextInt(12), ByteOrder.LITTLE_ENDIAN);
                case 1 -> buffer.putInt(i, random.nextInt(12), ByteOrder.BIG_ENDIAN);
                case 2 -> buffer.putByte(i, (byte) '-');
                default -> {
                    final int end = Math.min(CAPACITY, i + 1 + random.nextInt(24));
                    for (; i < end; i++) {
                        buffer.putByte(i, (byte) ('0' + random.nextInt(10)));
                    }
                    i--;
                }
            }
        }
    }

    private static Object[] arguments(final Method method, final long seed) {
        final Random random = new Random(seed);
        final Class<?>[] types = method.getParameterTypes();
        final String name = method.getName();
        final Object[] arguments = new Object[types.length];
        final boolean prefixed = name.equals("getStringAscii") || name.equals("getStringUtf8");
        final boolean natural = name.contains("Natural");
        for (int i = 0; i < types.length; i++) {
            final Class<?> type = types[i];
            if (type == int.class) {
                arguments[i] = integer(random);
                if (natural && name.startsWith("put") && i == valueParameter(name)
                    || name.equals("checkLimit")
                    || prefixed) {
                    arguments[i] = (int) arguments[i] & Integer.MAX_VALUE;
                }
            } else if (type == long.class) {
                final long value = random.nextLong() >> random.nextInt(64);
                final long extreme = random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
                final long chosen = random.nextInt(8) == 0 ? extreme : value;
                arguments[i] = natural ? chosen & Long.MAX_VALUE : chosen;
            } else if (type == byte.class) {
                arguments[i] = (byte) random.nextInt();
            } else if (type == short.class) {
                arguments[i] = (short) random.nextInt();
            } else if (type == char.class) {
                arguments[i] = (char) random.nextInt();
            } else if (type == float.class) {
                arguments[i] = Float.intBitsToFloat(random.nextInt());
            } else if (type == double.class) {
                arguments[i] = Double.longBitsToDouble(random.nextLong());
            } else if (type == ByteOrder.class) {
                arguments[i] =
                    random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            } else if (type == byte[].class) {
                arguments[i] = new byte[random.nextInt(60)];
                random.nextBytes((byte[]) arguments[i]);
            } else if (type == ByteBuffer.class) {
                arguments[i] = byteBuffer(random);
            } else if (type == Appendable.class) {
                arguments[i] = new StringBuilder();
            } else if (type == String.class || type == CharSequence.class) {
                arguments[i] = random.nextInt(10) == 0 ? null : text(random);
            } else {
                assertTrue(type.isAssignableFrom(UnsafeBuffer.class), type::toString);
                final byte[] bytes = new byte[random.nextInt(60)];
                random.nextBytes(bytes);
                arguments[i] = new UnsafeBuffer(bytes);
            }
        }
        if (name.equals("putStringWithoutLengthAscii") && types.length == 4) {
            // Agrona reports an offset behind the end as a negative length, and ignores a
            // negative one where nothing is to be copied.
            final CharSequence text = (CharSequence) arguments[1];
            arguments[2] = text == null ? 0 : random.nextInt(text.length() + 1);
        }
        return arguments;
    }

    private static int valueParameter(final String name) {
        return switch (name) {
            case "putNaturalPaddedIntAscii" -> 2;
            case "putNaturalIntAsciiFromEnd" -> 0;
            default -> 1;
        };
    }

    private static int integer(final Random random) {
        return switch (random.nextInt(16)) {
            case 0 -> Integer.MAX_VALUE - random.nextInt(9);
            case 1 -> Integer.MIN_VALUE + random.nextInt(9);
            case 2 -> random.nextInt();
            case 3 -> -random.nextInt(9);
            case 4 -> CAPACITY - random.nextInt(10);
            case 5 -> random.nextInt() >>> random.nextInt(32);
            default -> random.nextInt(24);
        };
    }

    private static ByteBuffer byteBuffer(final Random random) {
        final byte[] bytes = new byte[60];
        random.nextBytes(bytes);
        ByteBuffer buffer = random.nextBoolean()
            ? ByteBuffer.allocate(60) : ByteBuffer.allocateDirect(60);
        buffer.put(bytes);
        buffer.clear();
        if (random.nextBoolean()) {
            buffer = buffer.slice(random.nextInt(9), 40);
        }
        buffer.limit(buffer.capacity() - random.nextInt(9));
        buffer.position(random.nextInt(20));
        return buffer.order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(final Random random) {
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(random.nextInt(4) == 0 ? 0x10000 + random.nextInt(99)
                : random.nextInt(4) == 0 ? 0x80 + random.nextInt(999) : ' ' + random.nextInt(90));
        }
        return text.toString();
    }

    private static boolean same(final Call a, final Call b) {
        if (!String.valueOf(a.result).equals(String.valueOf(b.result))) {
            return false;
        }
        for (int i = 0; i < a.arguments.length; i++) {
            if (!content(a.arguments[i]).equals(content(b.arguments[i]))) {
                return false;
            }
        }
        return true;
    }

    /** What a call may have changed in an argument. */
    private static String content(final Object argument) {
        return switch (argument) {
            case null -> "null";
            case final byte[] bytes -> Arrays.toString(bytes);
            case final DirectBuffer buffer -> hex(buffer, 0, buffer.capacity());
            case final ByteBuffer buffer -> {
                final byte[] bytes = new byte[buffer.capacity()];
                buffer.duplicate().clear().get(bytes);
                yield buffer.position() + " " + buffer.limit() + " " + Arrays.toString(bytes);
            }
            default -> argument.toString();
        };
    }

    private static Class<?> family(final Throwable refusal) {
        return refusal instanceof IndexOutOfBoundsException
            ? IndexOutOfBoundsException.class : refusal.getClass();
    }

    private static byte[] bytes(final UnsafeBuffer buffer) {
        final byte[] bytes = new byte[CAPACITY];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static String hex(final DirectBuffer buffer, final int index, final int length) {
        final StringBuilder hex = new StringBuilder();
        for (int i = index; i < index + length; i++) {
            hex.append(String.format("%02x", buffer.getByte(i)));
        }
        return hex.toString();
    }

    /** A call, what it returned or why it was refused. */
    private record Call(Object result, Throwable refusal, Object[] arguments) {
        static Call run(final Object target, final Method method, final Object[] arguments)
            throws IllegalAccessException {
            try {
                return new Call(method.invoke(target, arguments), null, arguments);
            } catch (final InvocationTargetException e) {
                assertNotNull(e.getCause());
                return new Call(null, e.getCause(), arguments);
            }
        }
    }
}
