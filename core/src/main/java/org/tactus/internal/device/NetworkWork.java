// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import java.util.function.Consumer;
import org.tactus.internal.network.SegmentChain;

/**
 * A segment of a network. On a CPU device or an Edge TPU it is computed, after its input tensors were copied there; on a modelled device it
 * takes the time that the set states.
 */
public final class NetworkWork implements SegmentWork {
    private final SegmentChain model;
    private final int segment;
    private final SegmentWork modelled;
    private final SegmentHook before;
    private final SegmentHook after;
    private final Consumer<SegmentChain> atEnd;

    /**
     * Makes the work.
     *
     * @param model    the network; closed with its last segment
     * @param segment  index of the segment
     * @param modelled tells the time on a device that models it
     * @param before   what its dispatcher does before it computes the segment; closed with this work
     * @param after    what its dispatcher does afterwards; closed with this work
     * @param atEnd    given the network before it is closed, with what the last job left in its tensors
     */
    public NetworkWork(
        final SegmentChain model, final int segment, final SegmentWork modelled, final SegmentHook before, final SegmentHook after,
        final Consumer<SegmentChain> atEnd) {
        this.model = model;
        this.segment = segment;
        this.modelled = modelled;
        this.before = before;
        this.after = after;
        this.atEnd = atEnd;
    }

    @Override
    public void run(final long job) {
        before.run(job);
        model.run(segment);
        after.run(job);
    }

    @Override
    public long modelledNs(final long job) {
        return modelled.modelledNs(job);
    }

    @Override
    public void terminate() {
        before.cancel();
        model.terminate(segment);
        after.cancel();
    }

    @Override
    public void close() {
        before.close();
        after.close();
        if (segment == model.segments() - 1) {
            atEnd.accept(model);
            model.close();
        }
    }
}
