// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

/** Execution times that were recorded elsewhere, such as in the trace of a real run. Called in virtual time, in event order. */
@FunctionalInterface
public interface ExecutionReplay {
    /** This segment was not recorded. */
    long UNKNOWN = -1;

    /**
     * Tells how long a segment ran.
     *
     * @param task    index of the task
     * @param job     number of the job in its task, from 0
     * @param segment index of the segment in its task
     * @return nanoseconds, above 0, or {@link #UNKNOWN}
     */
    long executionNs(int task, long job, int segment);
}
