// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

/** When jobs are released in a simulation. A task's own jitter is drawn on top of every pattern. */
public enum ReleasePattern {
    /** Every task at 0, then every period. */
    SYNCHRONOUS,
    /** As {@link #SYNCHRONOUS}, but no release is dropped behind a full backlog: for overloaded sets, in analysis only. */
    SYNCHRONOUS_UNBOUNDED,
    /** As the file says: at the offset, then every period; sporadic tasks with seeded gaps of at least the period. */
    FILE,
    /** At a seeded offset below the period, then every period. */
    RANDOM_OFFSETS,
    /** Every task with seeded gaps of at least the period, through the sporadic gate. */
    SPORADIC
}
