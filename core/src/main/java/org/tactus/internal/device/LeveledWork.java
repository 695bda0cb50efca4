// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import java.util.List;

/** A segment that is prepared in several sizes, a work each; the dispatcher runs the one that the policy chose. */
public final class LeveledWork implements WrappedWork {
    private final SegmentWork[] sizes;

    /**
     * Makes the work.
     *
     * @param sizes one for each level, the first of which is guaranteed; closed with this work
     */
    public LeveledWork(final List<SegmentWork> sizes) {
        this.sizes = sizes.toArray(SegmentWork[]::new);
    }

    @Override
    public SegmentWork wrapped() {
        return sizes[0];
    }

    @Override
    public int levels() {
        return sizes.length;
    }

    @Override
    public SegmentWork atLevel(final int level) {
        return sizes[level];
    }

    @Override
    public void terminate() {
        for (final SegmentWork size : sizes) {
            size.terminate();
        }
    }

    @Override
    public void close() {
        for (final SegmentWork size : sizes) {
            size.close();
        }
    }
}
