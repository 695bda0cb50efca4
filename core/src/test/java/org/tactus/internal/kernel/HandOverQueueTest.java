// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tactus.internal.policy.PolicyState;

class HandOverQueueTest {
    @Test
    void shouldThrowAndKeepItsSlotsWhenItIsFull() {
        final HandOverQueue queue = new HandOverQueue(2);
        queue.handOver(1);
        queue.handOver(0);
        final String message = assertThrows(IllegalStateException.class, () -> queue.handOver(1)).getMessage();
        assertTrue(message.contains("slot 1"), message);
        assertEquals(1, queue.take());
        assertEquals(0, queue.take());
        assertEquals(PolicyState.NONE, queue.take());
    }
}
