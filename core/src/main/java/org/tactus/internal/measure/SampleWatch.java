// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

/**
 * What a measuring thread runs at the moment, for the thread that waits for it to see when it does not come back. The measuring thread
 * writes; any thread reads. Static methods concern the calling thread and do nothing on a thread that nobody watches.
 */
final class SampleWatch {
    private static final ThreadLocal<SampleWatch> CURRENT = new ThreadLocal<>();
    private static final long IDLE = Long.MIN_VALUE;

    private String text = "";
    private String fieldOfText = "tasks";
    // Volatile: published after the two words above, which a reader reads after it.
    private volatile long sinceNs = IDLE;

    /** Lets this watch see what the calling thread samples. */
    void watchCaller() {
        CURRENT.set(this);
    }

    /** Names what the next samples run, and the field of the set that asks for it. */
    static void name(final String field, final String what) {
        final SampleWatch watch = CURRENT.get();
        if (watch != null) {
            watch.text = what;
            watch.fieldOfText = field;
        }
    }

    /** A sample begins. */
    static void begin() {
        final SampleWatch watch = CURRENT.get();
        if (watch != null) {
            watch.sinceNs = System.nanoTime();
        }
    }

    /** The sample has come back. */
    static void end() {
        final SampleWatch watch = CURRENT.get();
        if (watch != null) {
            watch.sinceNs = IDLE;
        }
    }

    /** Whether a sample has been running for longer than a limit. */
    boolean isBeyond(final long limitNs) {
        final long since = sinceNs;
        return since != IDLE && System.nanoTime() - since > limitNs;
    }

    /** What does not come back. */
    String what() {
        return text;
    }

    /** The field that asks for it. */
    String field() {
        return fieldOfText;
    }
}
