// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WarmUpTest {
    /** Names what is warmed up here. */
    private static final class First {
    }

    /** Names something else. */
    private static final class Second {
    }

    @Test
    void shouldCallOnceAProcessWhenAskedOften() {
        final int[] calls = new int[1];
        assertThrows(IllegalStateException.class, () -> WarmUp.once(First.class, () -> {
            throw new IllegalStateException("on purpose");
        }));
        assertTrue(WarmUp.once(First.class, () -> calls[0]++), "what broke was not done");
        assertFalse(WarmUp.once(First.class, () -> calls[0]++));
        assertEquals(1, calls[0]);
    }

    @Test
    void shouldAskForAllCallsOnlyTheFirstTime() {
        assertEquals(WarmUp.CALLS, WarmUp.calls(Second.class));
        assertEquals(1, WarmUp.calls(Second.class));
    }
}
