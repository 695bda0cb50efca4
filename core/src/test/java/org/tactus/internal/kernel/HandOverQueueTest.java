// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tactus.internal.policy.PolicyState;

class HandOverQueueTest {
    @Test
    void shouldThrowAndKeepItsSlotsWhenASlotIsHandedOverTwice() {
        final HandOverQueue queue = new HandOverQueue(2);
        queue.handOver(1);
        queue.handOver(0);
        final String message = assertThrows(IllegalStateException.class, () -> queue.handOver(1)).getMessage();
        assertTrue(message.contains("slot 1"), message);
        assertThrows(IllegalStateException.class, () -> queue.handOver(2));
        assertEquals(1, queue.take() + queue.take());
        assertEquals(PolicyState.NONE, queue.take());
    }

    @Test
    void shouldTakeWhatOthersGiveWhenAGiverIsHeldUpInTheMiddle() {
        final HandOverQueue queue = new HandOverQueue(200);
        queue.mark(70); // this giver is preempted here
        queue.handOver(130);
        assertFalse(queue.isEmpty());
        assertEquals(130, queue.take());
        assertEquals(PolicyState.NONE, queue.take());
        queue.announce(70); // it goes on
        assertFalse(queue.isEmpty());
        assertEquals(70, queue.take());
        assertTrue(queue.isEmpty());
        queue.mark(70);
        queue.handOver(71); // of the same word: both are published
        assertEquals(70 + 71, queue.take() + queue.take());
        queue.announce(70);
        assertEquals(PolicyState.NONE, queue.take());
        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldGiveEachSlotOnceWhenSlotsComeAndGoInAnyOrder() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final int slots = 1 + random.nextInt(4096);
        final HandOverQueue queue = new HandOverQueue(slots);
        final TreeSet<Integer> inside = new TreeSet<>();
        for (int step = 0; step < 20_000; step++) {
            final int slot = random.nextInt(slots);
            if (random.nextBoolean() && inside.add(slot)) {
                queue.handOver(slot);
            } else {
                assertTrue(!queue.isEmpty() || inside.isEmpty(), "seed " + seed);
                final int taken = queue.take();
                assertTrue(taken == PolicyState.NONE ? inside.isEmpty() : inside.remove(taken), "seed " + seed + ": " + taken);
            }
        }
    }
}
