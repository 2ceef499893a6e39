package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is called to tend to the disk, and who is woken. All waiters are of this thread but where it says so. */
@Timeout(30)
class DiskWaitersTest {
    private long durable;
    private int looks;
    private final DiskWaiters waiters = new DiskWaiters(() -> {
        looks++;
        return durable;
    });

    @Test
    void shouldCallOneOfThoseThatGoOnWaiting() {
        final DiskWaiters.Waiter first = waiters.enter(10);
        final DiskWaiters.Waiter second = waiters.enter(20);
        final DiskWaiters.Waiter third = waiters.enter(30);
        durable = 10;
        waiters.serve(true);
        assertFalse(first.takeCall(), "it has what it waited for");
        assertTrue(second.takeCall() ^ third.takeCall(), "one of them");
    }

    @Test
    void shouldCallNobodyWhenSomebodyIsCalledOrWhoAsksGoesOnTending() {
        final DiskWaiters.Waiter first = waiters.enter(10);
        final DiskWaiters.Waiter second = waiters.enter(20);
        waiters.serve(false);
        assertFalse(first.takeCall() || second.takeCall(), "who asks goes on tending");
        waiters.serve(true);
        waiters.serve(true);
        assertTrue(first.takeCall() ^ second.takeCall(), "one of them");
    }

    @Test
    void shouldCallAnotherWhenTheCalledOneLeaves() {
        final DiskWaiters.Waiter called = waiters.enter(10);
        waiters.serve(true);
        final DiskWaiters.Waiter other = waiters.enter(20);
        durable = 10;
        waiters.leave(called, false);
        assertTrue(other.takeCall());
        final DiskWaiters.Waiter third = waiters.enter(30);
        durable = 20;
        waiters.leave(other, true);
        assertTrue(third.takeCall(), "it had taken the call, and not followed it");
    }

    @Test
    void shouldCallNobodyWhenOneLeavesThatHasWhatItWaitedForAndWasNotCalled() {
        final DiskWaiters.Waiter leaving = waiters.enter(10);
        final DiskWaiters.Waiter other = waiters.enter(20);
        durable = 10;
        waiters.leave(leaving, false);
        assertFalse(other.takeCall());
    }

    @Test
    void shouldCallAnotherWhenOneLeavesWithoutWhatItWaitedFor() {
        final DiskWaiters.Waiter leaving = waiters.enter(10);
        final DiskWaiters.Waiter other = waiters.enter(20);
        waiters.leave(leaving, false);
        assertTrue(other.takeCall(), "who tended may have left while it was off the stack");
    }

    @Test
    void shouldForgetWhoeverHasLeft() {
        waiters.leave(waiters.enter(10), false);
        waiters.serve(true);
        looks = 0;
        waiters.serve(true);
        assertEquals(1, looks, "nobody is left to look again for");
    }

    @Test
    void shouldLookAgainWhenTheDiskMovesMeanwhile() throws InterruptedException {
        final long[] reached = new long[1];
        final DiskWaiters moving = new DiskWaiters(() -> reached[0]++);
        final CountDownLatch entered = new CountDownLatch(1);
        final Thread waiting = Thread.ofPlatform().start(() -> {
            moving.enter(2);
            entered.countDown();
            LockSupport.park();
        });
        entered.await();
        moving.serve(false);
        waiting.join();
        assertTrue(reached[0] > 2, "looked until it was there");
    }
}
