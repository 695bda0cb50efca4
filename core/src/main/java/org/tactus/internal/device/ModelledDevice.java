// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;

/**
 * An accelerator that exists as a model of its times only: a segment that is started completes after the time that the segment's work
 * states, and nothing is computed. With scheduled memory the copy engines are modelled in the same way.
 */
public final class ModelledDevice implements Device {
    private static final long IDLE = Long.MAX_VALUE;

    private final DeviceMemory memory;
    private final ModelledMover mover;
    private final ModelledMover secondMover;
    private long endNs = IDLE;
    private long lastNs;

    /** Makes a device whose memory is not scheduled. */
    public ModelledDevice() {
        memory = null;
        mover = null;
        secondMover = null;
    }

    /**
     * Makes a device whose memory is swapped.
     *
     * @param memory its memory
     * @param slots  tasks that may be defined
     * @param seed   of the chunks' times
     */
    public ModelledDevice(final DeviceMemory memory, final int slots, final long seed) {
        this.memory = memory;
        this.mover = new ModelledMover(memory, slots, seed);
        this.secondMover = memory.isDuplex() ? new ModelledMover(memory, slots, ~seed) : mover;
        if (memory.isDuplex()) {
            mover.beside(secondMover);
            secondMover.beside(mover);
        }
    }

    @Override
    public void start(final SegmentWork work, final long job, final long startNs) {
        lastNs = work.modelledNs(job);
        endNs = startNs + lastNs;
    }

    @Override
    public int poll(final long nowNs) {
        if (nowNs < endNs) {
            return RUNNING;
        }
        endNs = IDLE;
        return DONE;
    }

    @Override
    public long elapsedNs(final long startNs, final long observedNs) {
        return lastNs;
    }

    @Override
    public long endsNs() {
        return endNs;
    }

    @Override
    public Throwable failure() {
        return null;
    }

    @Override
    public boolean isSynchronous() {
        return false;
    }

    @Override
    public String driver() {
        return "modelled";
    }

    @Override
    public ChunkMover mover() {
        return mover;
    }

    @Override
    public ChunkMover secondMover() {
        return secondMover;
    }

    @Override
    public void define(final int slot, final Task task) {
        if (mover != null) {
            mover.define(slot, SwapRegion.of(task, memory));
            secondMover.define(slot, SwapRegion.of(task, memory));
        }
    }

    @Override
    public void close() {
        // nothing is held
    }
}
