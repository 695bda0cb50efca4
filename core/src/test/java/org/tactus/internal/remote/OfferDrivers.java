// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

/** Drives an {@link OfferDriver} without its thread, for tests of other rooms. */
public final class OfferDrivers {
    private OfferDrivers() {
    }

    /** One turn of its loop. */
    public static void turn(final OfferDriver driver) {
        driver.turn();
    }
}
