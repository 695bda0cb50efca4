// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.time;

/** Tells the time in nanoseconds since an arbitrary origin; never goes back. */
@FunctionalInterface
public interface Clock {
    /** The machine's monotonic clock. */
    Clock SYSTEM = System::nanoTime;

    /**
     * Tells the time. Safe on any thread.
     *
     * @return nanoseconds since this clock's origin
     */
    long nanoTime();
}
