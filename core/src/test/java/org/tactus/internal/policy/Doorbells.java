// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/** Lets tests of other rooms ring as a caller does that has nothing to bring. */
public final class Doorbells {
    private Doorbells() {
    }

    /** The doorbell by which a device is told of sporadic arrivals. */
    public static Doorbell of(final PolicyState state, final int deviceIndex) {
        return new Doorbell(state.buffer, state.doorbellOffset(deviceIndex));
    }
}
