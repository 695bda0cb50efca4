// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

/** An event: it has happened when as many of its records are done as were queued. Guarded by the driver's monitor. */
final class SoftwareEvent {
    final boolean timed;
    long recorded;
    long done;
    /** When it last happened, on the model's clock. */
    long timeNs;

    SoftwareEvent(final boolean timed) {
        this.timed = timed;
    }

    boolean hasHappened() {
        return done == recorded;
    }
}
