package org.fencepost.ipc.os;

/** How threads of several processes sleep on four bytes that they have all mapped, and are woken. Any thread. */
public interface Sleeping {
    /** Most addresses that one thread sleeps on at a time. */
    int ADDRESSES_MAX = 128;

    /** Longest sleep without anybody who wakes, where none can. */
    long SHORT_NANOS = 1_000_000;

    /**
     * Whether {@link #wake} is known to end a sleep. Where not, sleeps are short, and nobody needs to be
     * woken.
     */
    boolean canWake();

    /**
     * A sleep of one thread.
     *
     * @param addresses 1 to {@link #ADDRESSES_MAX}, each of four aligned bytes in a window
     * @throws IllegalArgumentException if there are more, or none
     */
    Sleep on(long... addresses);

    /** Wakes whoever sleeps on the address, in all processes. */
    void wake(long address);

    /** The places on which one thread sleeps, again and again. */
    interface Sleep {
        /**
         * Sleeps until one of the addresses is woken, unless one holds something else than expected
         * already. May return early, and does so after {@code timeoutNanos} in any case.
         *
         * <p>An interruption does not end it, and a virtual thread pins its carrier for as long.
         *
         * @param expected what stands at each of the addresses
         * @return whether the time is over; false if it returned before
         */
        boolean awaitChange(int[] expected, long timeoutNanos);
    }

    /** Checks the number of addresses. */
    static void checkCount(final int count) {
        if (count < 1 || count > ADDRESSES_MAX) {
            throw new IllegalArgumentException("addresses to sleep on: expected 1 to "
                + ADDRESSES_MAX + ", found " + count);
        }
    }
}
