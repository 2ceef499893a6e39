package org.fencepost.ipc.tests.sbe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.tests.orders.MessageHeaderDecoder;
import org.fencepost.ipc.tests.orders.MessageHeaderEncoder;
import org.fencepost.ipc.tests.orders.OrderDecoder;
import org.fencepost.ipc.tests.orders.OrderEncoder;
import org.fencepost.ipc.tests.orders.Side;

/** One order for each number: encoded into a buffer, and checked field by field behind it. */
final class Orders {
    private Orders() {
    }

    /** Encodes from index 0 on; returns the length. */
    static int encode(final MutableDirectBuffer buffer, final int number) {
        final OrderEncoder order = new OrderEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .orderId(Long.MIN_VALUE + number)
            .quantity(0xFFFF_0000L + number)
            .price(number / 3.0)
            .weight(-number / 7.0f)
            .venue((short) -number)
            .side(number % 2 == 0 ? Side.BUY : Side.SELL)
            .symbol(symbol(number));
        final OrderEncoder.FillsEncoder fills = order.fillsCount(fills(number));
        for (int i = 0; i < fills(number); i++) {
            fills.next().fillId(number * 100L + i).filled(i).counterparty(counterparty(i));
        }
        order.remark(remark(number));
        return MessageHeaderEncoder.ENCODED_LENGTH + order.encodedLength();
    }

    /** Decodes from {@code offset} on and compares every field; returns the length. */
    static int check(final DirectBuffer buffer, final int offset, final int number) {
        final OrderDecoder order = new OrderDecoder()
            .wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        assertEquals(Long.MIN_VALUE + number, order.orderId());
        assertEquals(0xFFFF_0000L + number, order.quantity());
        assertEquals(number / 3.0, order.price());
        assertEquals(-number / 7.0f, order.weight());
        assertEquals((short) -number, order.venue());
        assertEquals(number % 2 == 0 ? Side.BUY : Side.SELL, order.side());
        assertEquals(symbol(number), order.symbol());
        int count = 0;
        for (final OrderDecoder.FillsDecoder fill : order.fills()) {
            assertEquals(number * 100L + count, fill.fillId());
            assertEquals(count, fill.filled());
            assertEquals(counterparty(count), fill.counterparty());
            count++;
        }
        assertEquals(fills(number), count);
        final int limit = order.limit();
        assertEquals(remark(number), order.remark());

        order.limit(limit);
        final MessageBuffer copy = MessageBuffer.allocate(3 * remark(number).length() + 1);
        final int copied = order.getRemark(copy, 1, copy.capacity() - 1);
        assertEquals(remark(number), copy.getStringWithoutLengthUtf8(1, copied));
        assertFalse(order.toString().isEmpty());
        return MessageHeaderDecoder.ENCODED_LENGTH + order.sbeDecodedLength();
    }

    private static int fills(final int number) {
        return number % 5;
    }

    private static String symbol(final int number) {
        return "S" + number % 100_000;
    }

    private static String counterparty(final int index) {
        return "b\u00e4nk" + "k".repeat(index);
    }

    private static String remark(final int number) {
        return "\u20ac".repeat(number % 11) + number;
    }
}
