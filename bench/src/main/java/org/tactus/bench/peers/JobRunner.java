// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

/** Executes one job of a task. Used by one thread at a time. */
interface JobRunner extends AutoCloseable {
    /**
     * Executes a job.
     *
     * @throws Exception when it fails
     */
    void run() throws Exception;

    @Override
    default void close() {
        // nothing is held
    }
}
