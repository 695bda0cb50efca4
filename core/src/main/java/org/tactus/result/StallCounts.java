// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

/**
 * Counts the stalls that a run saw, including those that are not kept one by one.
 *
 * @param seen    stalls, each observer's
 * @param totalNs time that they took, overlapping ones once, nanoseconds
 * @param late    stalls that were seen, or had to be forgotten, when a job that they may have touched could no longer be judged by
 *                them: such a job counts as not touched
 */
public record StallCounts(long seen, long totalNs, long late) {
    /** Most ended jobs that wait to be judged, because a stall that touched them may become known after their end. */
    public static final int JOBS_THAT_WAIT = 1 << 16;
    /** No stall. */
    public static final StallCounts NONE = new StallCounts(0, 0, 0);
}
