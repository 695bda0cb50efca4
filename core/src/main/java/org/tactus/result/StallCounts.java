// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

/**
 * How many stalls a run saw, however many of them are kept.
 *
 * @param seen    stalls, each observer's
 * @param totalNs time that they took, overlapping ones once, nanoseconds
 * @param late    stalls that were seen, or had to be forgotten, when a job that they may have touched could no longer be judged by
 *                them: such a job counts as not touched
 */
public record StallCounts(long seen, long totalNs, long late) {
    /** Jobs that wait at a time for what may still be said of them. */
    public static final int JOBS_THAT_WAIT = 1 << 16;
    /** No stall. */
    public static final StallCounts NONE = new StallCounts(0, 0, 0);
}
