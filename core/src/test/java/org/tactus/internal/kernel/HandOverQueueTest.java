// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tactus.internal.policy.PolicyState;

class HandOverQueueTest {
    private static HandOverQueue queue(final int slots, final int givers) {
        final HandOverQueue queue = new HandOverQueue(slots, givers);
        for (int giver = 0; giver < givers; giver++) {
            queue.connect(giver);
        }
        return queue;
    }

    @Test
    void shouldThrowAndKeepItsSlotsWhenMoreAreHandedOverThanThereAre() {
        final HandOverQueue queue = queue(4, 1);
        for (int slot = 0; slot < 4; slot++) {
            queue.handOver(0, slot);
        }
        final String message = assertThrows(IllegalStateException.class, () -> queue.handOver(0, 1)).getMessage();
        assertTrue(message.contains("slot 1"), message);
        assertThrows(IllegalStateException.class, () -> queue.handOver(0, 4));
        for (int slot = 0; slot < 4; slot++) {
            assertEquals(slot, queue.take());
        }
        assertEquals(PolicyState.NONE, queue.take());
    }

    @Test
    void shouldTakeFromGiversThatAreConnectedLater() {
        final HandOverQueue queue = new HandOverQueue(200, 130);
        assertEquals(PolicyState.NONE, queue.take());
        queue.connect(70);
        queue.handOver(70, 5);
        queue.connect(129);
        queue.connect(70); // a second task of the same two dispatchers
        queue.handOver(129, 6);
        assertFalse(queue.isEmpty());
        assertEquals(5 + 6, queue.take() + queue.take());
        assertEquals(PolicyState.NONE, queue.take());
        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldFindWhatIsGivenWhileTheOwnerEmptiesTheQueues() {
        final HandOverQueue queue = queue(200, 2);
        queue.handOver(0, 1);
        queue.handOver(1, 2);
        assertEquals(1, queue.take());
        queue.handOver(0, 3); // its queue was looked at before
        queue.handOver(0, 4);
        assertEquals(List.of(3, 4, 2), List.of(queue.take(), queue.take(), queue.take()));
        assertEquals(PolicyState.NONE, queue.take());
        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldGiveEachSlotOnceAndInTheOrderOfItsGiverWhenSlotsComeAndGo() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final int slots = 1 + random.nextInt(4096);
        final int givers = 1 + random.nextInt(140);
        final HandOverQueue queue = queue(slots, givers);
        final TreeSet<Integer> inside = new TreeSet<>();
        final List<Queue<Integer>> given = new ArrayList<>();
        for (int giver = 0; giver < givers; giver++) {
            given.add(new ArrayDeque<>());
        }
        for (int step = 0; step < 20_000; step++) {
            final int slot = random.nextInt(slots);
            if (random.nextBoolean() && inside.add(slot)) {
                final int giver = random.nextInt(givers);
                queue.handOver(giver, slot);
                given.get(giver).add(slot);
            } else {
                assertTrue(!queue.isEmpty() || inside.isEmpty(), "seed " + seed);
                final int taken = queue.take();
                assertTrue(taken == PolicyState.NONE ? inside.isEmpty() : inside.remove(taken), "seed " + seed + ": " + taken);
                final long first = given.stream().filter(own -> !own.isEmpty() && own.peek() == taken).peek(Queue::remove).count();
                assertEquals(taken == PolicyState.NONE ? 0 : 1, first, "seed " + seed + ": " + taken + " came before its time");
            }
        }
    }
}
