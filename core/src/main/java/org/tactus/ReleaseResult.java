// SPDX-License-Identifier: Apache-2.0
package org.tactus;

/** The outcome of a request for a job of a sporadic task. Every outcome but {@link #ACCEPTED} leaves the task unchanged. */
public enum ReleaseResult {
    /** The request becomes a job, or it is counted as skipped. */
    ACCEPTED,
    /** Less than a period has passed since the last accepted request. */
    TOO_EARLY,
    /** The last accepted request still waits to be seen: the backlog is full, or the dispatcher is late. */
    QUEUE_FULL,
    /** The task has stopped or stops. */
    STOPPED,
    /** The task is periodic: it releases its jobs by itself. */
    NOT_SPORADIC,
    /** There is no such task here: the handle is another {@link Tactus}'s. */
    UNKNOWN;

    private static final ReleaseResult[] BY_CODE = values();

    /** The result of one of the gate's codes, which are in the same order. */
    static ReleaseResult of(final int code) {
        return BY_CODE[code];
    }
}
