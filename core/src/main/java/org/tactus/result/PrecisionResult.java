// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import org.tactus.model.Precision;
import org.tactus.model.Task;

/**
 * The precision in which one task's layers ran. There is one for each task that has int8 segments.
 *
 * @param task          the task's name
 * @param layers        segments of a job
 * @param plannedFp32   of these, planned in fp32
 * @param jobs          completed jobs
 * @param substitutions int8 segments of them that ran in fp32 on the accelerator instead
 * @param least         fewest substitutions of a job
 * @param most          most substitutions of a job
 */
public record PrecisionResult(String task, int layers, int plannedFp32, long jobs, long substitutions, int least, int most) {

    /**
     * Whether a task has something to report.
     *
     * @param task the task
     * @return true when a segment is planned in int8
     */
    public static boolean concerns(final Task task) {
        return task.segments().stream().anyMatch(segment -> segment.precision() == Precision.INT8);
    }

    /**
     * Makes a line.
     *
     * @param task          the task
     * @param jobs          completed jobs
     * @param substitutions int8 segments of them that ran in fp32 on the accelerator instead
     * @param least         fewest of a job
     * @param most          most of a job
     * @return the line
     */
    public static PrecisionResult of(final Task task, final long jobs, final long substitutions, final int least, final int most) {
        return new PrecisionResult(task.name(), task.segments().size(),
            (int) task.segments().stream().filter(segment -> segment.precision() == Precision.FP32).count(), jobs, substitutions, least,
            most);
    }

    /**
     * Share of all completed jobs' layers that ran in fp32.
     *
     * @return from 0 to 1
     */
    public double fp32Share() {
        return jobs == 0 ? share(0) : (plannedFp32 + (double) substitutions / jobs) / layers;
    }

    /**
     * Share of a job's layers in fp32 after a number of substitutions.
     *
     * @param count the number
     * @return from 0 to 1
     */
    public double share(final int count) {
        return (double) (plannedFp32 + count) / layers;
    }
}
