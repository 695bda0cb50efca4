// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.kernel.HandOverQueue;
import org.tactus.internal.kernel.Parking;
import org.tactus.internal.policy.PolicyState;

/**
 * A queue, the place where its owner sleeps, and the system's side of that in a form that does not block: a sleep that begins and that no
 * wake-up ends is seen at the end. Like the system it compares the word and notes the sleeper in one step, under a lock of its own.
 */
class SleeperState implements Parking.Calls {
    private static final long UNTIL_NS = Long.MAX_VALUE;

    final HandOverQueue queue = new HandOverQueue(4, 4);
    final Parking parking = new Parking(System::nanoTime, this);
    private boolean sleeps;

    SleeperState() {
        for (int giver = 0; giver < 4; giver++) {
            queue.connect(giver);
        }
    }

    @Override
    public synchronized void await(final long address, final int expected, final long sleepNs) {
        sleeps = new UnsafeBuffer(address, Integer.BYTES).getIntVolatile(0) == expected;
    }

    @Override
    public synchronized void wake(final long address) {
        sleeps = false;
    }

    /** What the owner does when it has found nothing; the sleep before is over. */
    final void sleep() {
        wake(0);
        parking.announce();
        if (queue.isEmpty()) {
            parking.await(UNTIL_NS);
        }
    }

    /** What a dispatcher does that has the slot's own number. */
    final void give(final int slot) {
        queue.handOver(slot, slot);
        parking.wake();
    }

    /** 1 when the owner sleeps for ever on something that was given. */
    final synchronized int lost() {
        return sleeps && queue.take() != PolicyState.NONE ? 1 : 0;
    }
}
