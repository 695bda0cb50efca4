// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/**
 * Settings of a kernel.
 *
 * @param idle              what a dispatcher does when there is nothing to do
 * @param spinBeforeNs      how long before a known release the default idle strategy stops sleeping and spins
 * @param pollNs            how long it sleeps at most while a device executes what only a look shows the end of
 * @param stallThresholdNs  a gap in an idle loop beyond its planned length that counts as a platform stall
 * @param lostAfterNs       a segment or a move of chunks that runs this long beyond its worst case makes its device lost
 * @param eventRingBytes    bytes of each dispatcher's event ring, a power of two
 * @param shareAccelerators true to let all accelerators' dispatchers share one thread
 * @param taskCapacity      tasks that fit
 * @param segmentCapacity   segments that fit
 */
public record KernelOptions(
    Idle idle, long spinBeforeNs, long pollNs, long stallThresholdNs, long lostAfterNs, int eventRingBytes,
    boolean shareAccelerators, int taskCapacity, int segmentCapacity) {

    /** What a dispatcher does when there is nothing to do. */
    public enum Idle {
        /** Sleep until shortly before the next release and spin the rest; be woken for what comes meanwhile. */
        SLEEP_THEN_SPIN,
        /** Always spin: the shortest reaction, a core each dispatcher. */
        SPIN
    }

    /** Defaults that suit a machine with few cores. */
    public static final KernelOptions DEFAULT = new KernelOptions(
        Idle.SLEEP_THEN_SPIN, 150_000, 20_000, 1_000_000, 5_000_000_000L, 1 << 20, false, 256, 4096);

    /**
     * Changes the idle strategy.
     *
     * @param strategy the other one
     * @return a copy
     */
    public KernelOptions withIdle(final Idle strategy) {
        return new KernelOptions(strategy, spinBeforeNs, pollNs, stallThresholdNs, lostAfterNs, eventRingBytes,
            shareAccelerators, taskCapacity, segmentCapacity);
    }

    /**
     * Changes after which time beyond its worst case a segment or a move makes its device lost.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public KernelOptions withLostAfterNs(final long ns) {
        return new KernelOptions(idle, spinBeforeNs, pollNs, stallThresholdNs, ns, eventRingBytes,
            shareAccelerators, taskCapacity, segmentCapacity);
    }

    /**
     * Changes what fits.
     *
     * @param tasks    tasks
     * @param segments segments
     * @return a copy
     */
    public KernelOptions withCapacity(final int tasks, final int segments) {
        return new KernelOptions(idle, spinBeforeNs, pollNs, stallThresholdNs, lostAfterNs, eventRingBytes,
            shareAccelerators, tasks, segments);
    }

    /**
     * Changes how long before a known release a dispatcher spins.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public KernelOptions withSpinBeforeNs(final long ns) {
        return new KernelOptions(idle, ns, pollNs, stallThresholdNs, lostAfterNs, eventRingBytes, shareAccelerators, taskCapacity,
            segmentCapacity);
    }

    /**
     * Changes how long a dispatcher sleeps at most while only a look shows when its device ends.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public KernelOptions withPollNs(final long ns) {
        return new KernelOptions(idle, spinBeforeNs, ns, stallThresholdNs, lostAfterNs, eventRingBytes, shareAccelerators, taskCapacity,
            segmentCapacity);
    }

    /**
     * Changes from which length on a gap is a stall.
     *
     * @param ns nanoseconds
     * @return a copy
     */
    public KernelOptions withStallThresholdNs(final long ns) {
        return new KernelOptions(idle, spinBeforeNs, pollNs, ns, lostAfterNs, eventRingBytes, shareAccelerators, taskCapacity,
            segmentCapacity);
    }

    /**
     * Changes the size of each dispatcher's event ring.
     *
     * @param bytes a power of two
     * @return a copy
     */
    public KernelOptions withEventRingBytes(final int bytes) {
        return new KernelOptions(idle, spinBeforeNs, pollNs, stallThresholdNs, lostAfterNs, bytes, shareAccelerators, taskCapacity,
            segmentCapacity);
    }

    /**
     * Changes whether all accelerators' dispatchers share one thread.
     *
     * @param shared true to share one
     * @return a copy
     */
    public KernelOptions withSharedAccelerators(final boolean shared) {
        return new KernelOptions(idle, spinBeforeNs, pollNs, stallThresholdNs, lostAfterNs, eventRingBytes, shared, taskCapacity,
            segmentCapacity);
    }
}
