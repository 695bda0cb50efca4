// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tactus.format.GpuCalibration;
import org.tactus.format.GpuCalibration.ChunkCost;
import org.tactus.internal.time.Sizes;

/** Measures what a GPU adds to a segment and what its chunks cost, by size. Used by the rig's thread only. */
public final class GpuCalibrator {
    /** A chunk need not be larger than where its cost a byte is within this of the best one's: larger ones round up more memory. */
    private static final double NEAR_BEST = 1.05;
    /** Long against any call that does not wait. */
    private static final long WORK_NS = 100_000_000;

    /** The first chunk of a move is not counted. */
    private static final int LEAST_PAIRED = 2;

    private final GpuRig rig;
    private final long spanBytes;
    private final List<Long> sizes;
    private final int repetitions;
    private final int launches;

    /**
     * Prepares a calibration.
     *
     * @param rig         the GPU
     * @param sizes       sizes of chunks, each a multiple of the driver's granularity
     * @param spanBytes   how much is moved at a time, at least the largest size; twice as much device memory is used
     * @param repetitions how often the span is moved
     * @param launches    how many launches are measured
     */
    public GpuCalibrator(
        final GpuRig rig, final List<Long> sizes, final long spanBytes, final int repetitions, final int launches) {
        this.rig = rig;
        this.sizes = List.copyOf(sizes);
        this.spanBytes = spanBytes;
        this.repetitions = repetitions;
        this.launches = launches;
    }

    /**
     * Measures. What a chunk and an operation are charged is derived in {@code docs/proofs/swapping.md}, "What a chunk is charged".
     *
     * @param progress told in words what is measured next
     * @return what was measured
     */
    public GpuCalibration measure(final Consumer<String> progress) {
        progress.accept("launches on " + rig.gpu().name());
        final LaunchTimer.Result launch;
        try (LaunchTimer timer = new LaunchTimer(rig)) {
            launch = timer.kernels(launches);
        }
        progress.accept("calls that wait for kernels");
        final List<String> waiting = waiting();
        final List<ChunkCost> costs = new ArrayList<>();
        final long completionNs = launch.completion().maxNs();
        long aheadNs = 0;
        long unmapNs = 0;
        try (ChunkTimer timer = new ChunkTimer(rig, spanBytes)) {
            for (final long size : sizes) {
                progress.accept("chunks of " + Sizes.format(size));
                final ChunkTimer.Calls calls = timer.calls(size, repetitions, true);
                final ChunkTimer.Copies copies = timer.copies(size, repetitions, true, true);
                // What waits for kernels is no stall, so the longest one counts.
                final long mappingNs = (waiting.contains("map") ? calls.longest().mapNs() : calls.map().maxNs())
                    + (waiting.contains("set access") ? calls.longest().accessNs() : calls.access().maxNs());
                final long unmappingNs = waiting.contains("unmap") ? calls.longest().unmapNs() : calls.unmap().maxNs();
                final long inNs = mappingNs + copies.in().maxNs() + completionNs;
                final long outNs = copies.out().maxNs() + completionNs + unmappingNs;
                final PairedMoveTimer.Times both =
                    PairedMoveTimer.measure(rig, size, Math.max(LEAST_PAIRED, timer.chunks(size)), repetitions);
                final long pairedOutNs = Math.max(outNs + mappingNs, both.outNs());
                costs.add(new ChunkCost(size, inNs, outNs, unmappingNs, Math.max(inNs + unmappingNs, both.inNs()), pairedOutNs,
                    Math.min(pairedOutNs, Math.max(unmappingNs + mappingNs, both.dropNs())),
                    calls.map().p50Ns() + calls.access().p50Ns() + copies.in().p50Ns(),
                    copies.out().p50Ns() + calls.unmap().p50Ns()));
                aheadNs = Math.max(aheadNs, mappingNs + unmappingNs);
                unmapNs = Math.max(unmapNs, unmappingNs);
            }
        }
        return new GpuCalibration(rig.gpu().name(), rig.gpu().driver().toString(), recommended(costs), launch.launch(),
            launch.completion(), aheadNs + completionNs, unmapNs + completionNs, costs);
    }

    private List<String> waiting() {
        try (WaitingCalls calls = new WaitingCalls(rig, sizes.getFirst(), WORK_NS)) {
            return calls.besideSpin().stream().filter(call -> !call.ranOn()).map(WaitingCalls.Call::name).toList();
        }
    }

    /**
     * The size to choose.
     *
     * @param costs by size, at least one
     * @return bytes: the least size whose usual cost a byte is close to the best one's
     */
    static long recommended(final List<ChunkCost> costs) {
        final double best = costs.stream().mapToDouble(GpuCalibrator::costPerByte).min().orElseThrow();
        return costs.stream().filter(cost -> costPerByte(cost) <= best * NEAR_BEST).mapToLong(ChunkCost::chunkBytes).min().orElseThrow();
    }

    private static double costPerByte(final ChunkCost cost) {
        return (double) (cost.usualInNs() + cost.usualOutNs()) / cost.chunkBytes();
    }
}
