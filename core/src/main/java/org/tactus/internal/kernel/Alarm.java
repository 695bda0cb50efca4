// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.invoke.VarHandle;

/**
 * Tells the monitor that a dispatcher cannot wait for its next round. The dispatcher raises it, the monitor lowers it before it looks, so
 * between two rounds the system is called once at most, and only while the monitor sleeps.
 *
 * <p>Memory order: {@link #raise} has a full fence between what was written for the monitor and its load of the flag, {@link #lower} one
 * between its store of the flag and the monitor's look. So either the dispatcher sees the flag lowered and raises it, or the monitor's look
 * finds what was written.
 */
public final class Alarm {
    /** Null where no monitor watches. Written before the dispatcher's thread starts. */
    private Parking monitor;
    private volatile boolean raised;

    /** Makes one that nobody watches yet. */
    public Alarm() {
        // lowered
    }

    /** Whom it wakes. */
    void wakes(final Parking parking) {
        monitor = parking;
    }

    /** Wakes the monitor, after what it shall see was written. Dispatcher. */
    public void raise() {
        VarHandle.fullFence(); // what was written comes before the load: see the class
        if (!raised) {
            raised = true;
            if (monitor != null) {
                monitor.wake();
            }
        }
    }

    /** The monitor is about to look. */
    public void lower() {
        raised = false;
        VarHandle.fullFence(); // the monitor's look comes after it: see the class
    }

    /**
     * Whether it was raised since it was lowered. Monitor, after it has announced its sleep.
     *
     * @return true when the monitor must look again
     */
    public boolean isRaised() {
        return raised;
    }
}
