// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

/**
 * Code of the embedding program that a segment on a CPU device executes.
 *
 * <p>The device's dispatcher calls it, one job after another, and every other task of that device waits meanwhile. The code therefore
 * neither blocks nor allocates, and it takes at most the segment's WCET. An exception stops its task; the other tasks go on. The first
 * calls of Java code are slow, so call it some thousand times before the launch.
 */
@FunctionalInterface
public interface SegmentCode {
    /**
     * Does the segment's part of one job.
     *
     * @param job number of the job in its task, from 0
     * @throws Exception when it fails; the task stops and the listener is told
     */
    void run(long job) throws Exception;
}
