// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.lifecycle;

import java.util.function.BooleanSupplier;

/** Waits for what a test has set going. */
public final class Await {
    private Await() {
    }

    /**
     * Waits until something holds, for as long as the limit of the test lets it: that interrupts the thread, which ends the wait.
     *
     * @param condition asked every millisecond
     * @throws InterruptedException when it does not come to hold
     */
    public static void until(final BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(1);
        }
    }
}
