// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

/** An event: it has happened when as many of its records are done as were queued. Guarded by the driver's monitor. */
final class SoftwareEvent {
    final boolean timed;
    long recorded;
    long done;
    /** When it last happened, on the model's clock. */
    long timeNs;
    /** How often it was told as not ready although it had happened. */
    private int answers;

    SoftwareEvent(final boolean timed) {
        this.timed = timed;
    }

    boolean hasHappened() {
        return done == recorded;
    }

    /** It will happen anew. */
    void record(final long ticket) {
        recorded = ticket;
        answers = 0;
    }

    /** What a caller is told: a real driver may know of an event later than of a word that was written behind it. */
    boolean isToldReady(final int notReadyAnswers) {
        return hasHappened() && answers++ >= notReadyAnswers;
    }
}
