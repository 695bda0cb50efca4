// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/**
 * An action of a dispatcher before or after a segment of a network: it copies tensors from a device, or lets the embedding program write
 * inputs or read outputs. Made and closed by the control thread, called by that segment's dispatcher.
 */
@FunctionalInterface
public interface SegmentHook extends AutoCloseable {
    /** Does nothing. */
    SegmentHook NONE = job -> {
    };

    /**
     * Performs the action, and returns when it is done. Allocates nothing.
     *
     * @param job number of the job
     * @throws RuntimeException when it fails, or {@link #cancel} was called; then the task stops
     */
    void run(long job);

    /** Makes the run under way, and every later one, end early with an error, where it can. Any thread. */
    default void cancel() {
        // ends by itself
    }

    /** Frees what it holds. */
    @Override
    default void close() {
        // holds nothing
    }

    /**
     * Joins this action and another one.
     *
     * @param next the action that follows this one
     * @return both, in this order
     */
    default SegmentHook then(final SegmentHook next) {
        if (next == NONE || this == NONE) {
            return next == NONE ? this : next;
        }
        final SegmentHook first = this;
        return new SegmentHook() {
            @Override
            public void run(final long job) {
                first.run(job);
                next.run(job);
            }

            @Override
            public void cancel() {
                first.cancel();
                next.cancel();
            }

            @Override
            public void close() {
                first.close();
                next.close();
            }
        };
    }
}
