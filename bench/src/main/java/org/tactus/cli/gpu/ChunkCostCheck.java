// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import org.tactus.format.Quantiles;
import org.tactus.internal.measure.ChunkTimer;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.time.Sizes;

/** Measures what the driver's calls on chunks cost and how long their copies take, by size. */
final class ChunkCostCheck {
    private static final double NS_PER_S = 1e9;
    private static final double GIGA = 1e9;

    private ChunkCostCheck() {
    }

    /** The calls: create, map, set access, unmap; a chunk at a time, and a run at a time. */
    static final class Calls implements GpuCheck {
        @Override
        public String name() {
            return "calls on chunks";
        }

        @Override
        public Section run(final GpuRig rig, final Scale scale) {
            final Section.Builder section = new Section.Builder(name(), "chunkBytes", "kernelsCompute", "createNs", "mapNs",
                "accessNs", "unmapNs", "mapMaxNs", "accessMaxNs", "unmapMaxNs", "accessInRunNs", "unmapInRunNs", "mapRawMaxNs",
                "accessRawMaxNs", "unmapRawMaxNs");
            try (ChunkTimer timer = new ChunkTimer(rig, scale.spanBytes())) {
                for (final long size : scale.sizes()) {
                    for (final boolean loaded : new boolean[] {false, true}) {
                        final ChunkTimer.Calls calls = timer.calls(size, scale.repetitions(), loaded);
                        section.row(size, loaded, calls.create().p50Ns(), calls.map().p50Ns(), calls.access().p50Ns(),
                            calls.unmap().p50Ns(), calls.map().maxNs(), calls.access().maxNs(), calls.unmap().maxNs(),
                            calls.accessRun().p50Ns(), calls.unmapRun().p50Ns(), calls.longest().mapNs(), calls.longest().accessNs(),
                            calls.longest().unmapNs());
                    }
                }
            }
            return section.measured("medians and maxima on the host, per chunk; a run is "
                + Sizes.format(scale.spanBytes()) + " in one call, divided; raw maxima hold what was left out as a stall, too");
        }
    }

    /** The copies: one direction, both, while kernels compute. */
    static final class Copies implements GpuCheck {
        @Override
        public String name() {
            return "copies of chunks";
        }

        @Override
        public Section run(final GpuRig rig, final Scale scale) {
            final Section.Builder section = new Section.Builder(name(), "chunkBytes", "bothDirections", "kernelsCompute", "inNs",
                "inMaxNs", "outNs", "outMaxNs", "inGBs", "outGBs", "inRawMaxNs", "outRawMaxNs");
            try (ChunkTimer timer = new ChunkTimer(rig, scale.spanBytes())) {
                for (final long size : scale.sizes()) {
                    for (int mode = 0; mode < 4; mode++) {
                        final boolean duplex = (mode & 1) != 0;
                        final boolean loaded = (mode & 2) != 0;
                        final ChunkTimer.Copies copies = timer.copies(size, scale.repetitions(), duplex, loaded);
                        section.row(size, duplex, loaded, copies.in().p50Ns(), copies.in().maxNs(), copies.out().p50Ns(),
                            copies.out().maxNs(), rate(size, copies.in()), rate(size, copies.out()), copies.longestInNs(),
                            copies.longestOutNs());
                    }
                }
            }
            return section.measured("medians and maxima of the GPU's own clock; raw maxima hold what was left out as a stall, too");
        }

        private static double rate(final long bytes, final Quantiles time) {
            return bytes * NS_PER_S / Math.max(1, time.p50Ns()) / GIGA;
        }
    }
}
