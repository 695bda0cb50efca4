// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

/**
 * Writes a network's inputs and reads its outputs job by job, in place: the tensors are used where they lie, nothing is copied or queued.
 *
 * <p>Dispatchers call a port, one job after another, and every other task of that device waits meanwhile. A port therefore neither blocks
 * nor allocates. An exception stops its task; the other tasks go on.
 */
public interface NetworkPort {
    /** Makes the port of a network. */
    @FunctionalInterface
    interface Factory {
        /**
         * Looks up the tensors that the port will use. Called once, by the thread that launches or adds the task, before the first job.
         *
         * @param network the loaded network; its tensors stay valid until the task is gone
         * @return the port
         */
        NetworkPort open(NetworkView network);
    }

    /**
     * Writes the inputs of a job that begins. On a CPU device this is part of the first segment's execution time; on an accelerator it
     * happens before the segment is queued.
     *
     * @param job number of the job in its task, from 0
     */
    void begin(long job);

    /**
     * Reads the outputs of a job that ends. On a CPU device this is part of the last segment's execution time; on an accelerator it
     * happens behind the segment.
     *
     * @param job number of the job in its task, from 0
     */
    void end(long job);
}
