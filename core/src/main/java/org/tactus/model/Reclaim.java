// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * The reclamation budgets of a task: how much of an accelerator's idle time each job may use for segments that are offered to the
 * accelerator. The analysis has charged it.
 *
 * @param timeNs        most extra execution time on the accelerator, a job, nanoseconds
 * @param substitutions most segments, a job
 * @param largestNs     longest such segment, nanoseconds; a longer one is not offered
 */
public record Reclaim(long timeNs, int substitutions, long largestNs) {

    /**
     * Whether a segment may ever be offered under these budgets. The time alone never rules it out: a job gets back what earlier
     * segments on the accelerator leave unused.
     *
     * @param offer what it takes on the accelerator
     * @return true when it is not too long
     */
    public boolean admits(final Offer offer) {
        return offer.wcetNs() <= largestNs;
    }
}
