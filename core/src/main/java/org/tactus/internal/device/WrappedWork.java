// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/**
 * A work that passes every call on to another work, unless the method is overridden: for works that differ from another one in a few
 * methods. Made and closed by the control thread, used by one dispatcher. Allocates nothing.
 */
public interface WrappedWork extends SegmentWork {
    /**
     * The work that answers the calls which are not overridden.
     *
     * @return always the same
     */
    SegmentWork wrapped();

    @Override
    default void run(final long job) throws Exception {
        wrapped().run(job);
    }

    @Override
    default long modelledNs(final long job) {
        return wrapped().modelledNs(job);
    }

    @Override
    default SegmentWork offered() {
        return wrapped().offered();
    }

    @Override
    default void terminate() {
        wrapped().terminate();
    }

    @Override
    default void close() {
        wrapped().close();
    }
}
