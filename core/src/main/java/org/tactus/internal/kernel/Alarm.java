// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/**
 * Tells the monitor that a dispatcher cannot wait for its next round. The dispatcher raises it, the monitor lowers it before it looks, so
 * between two rounds the system is called once at most, and only while the monitor sleeps.
 */
final class Alarm {
    /** Null where no monitor watches. Written before the dispatcher's thread starts. */
    private Parking monitor;
    private volatile boolean raised;

    /** Whom it wakes. */
    void wakes(final Parking parking) {
        monitor = parking;
    }

    /** Wakes the monitor, after what it shall see was written. Dispatcher. */
    void raise() {
        if (!raised) {
            raised = true;
            if (monitor != null) {
                monitor.wake();
            }
        }
    }

    /** The monitor is about to look. */
    void lower() {
        raised = false;
    }

    /** Whether it was raised since it was lowered. Monitor, after it has announced its sleep. */
    boolean isRaised() {
        return raised;
    }
}
