// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.function.Supplier;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.memory.PinnedBlock;
import org.tactus.internal.time.Sizes;

/** Measures both ways to pin host memory, and looks whether the copy engines reach it equally fast. */
final class PinningCheck implements GpuCheck {
    @Override
    public String name() {
        return "pinned memory";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(name(), "way", "memoryBytes", "pinNs", "pinGBs", "copyInGBs", "freeNs");
        final long bytes = scale.pinnedBytes();
        final long device = rig.memory().allocate(scale.spanBytes());
        row("allocated by the driver", () -> PinnedBlock.allocated(rig.memory(), bytes), rig, scale, device, section);
        row("touched in parallel, registered", () -> PinnedBlock.registered(rig.memory(), bytes), rig, scale, device, section);
        rig.memory().freeDevice(device);
        return section.measured("regions of " + Sizes.format(PinnedBlock.LARGE_BYTES) + " and more are pinned in the second way on a GPU");
    }

    private static void row(
        final String way, final Supplier<PinnedBlock> pin, final GpuRig rig, final Scale scale, final long device,
        final Section.Builder section) {
        final long beginNs = System.nanoTime();
        final PinnedBlock block = pin.get();
        final long pinnedNs = System.nanoTime();
        copy(rig, block, scale, device);
        final long copyNs = copy(rig, block, scale, device);
        final long freeNs = System.nanoTime();
        block.close();
        section.row(way, scale.pinnedBytes(), pinnedNs - beginNs, (double) scale.pinnedBytes() / (pinnedNs - beginNs),
            (double) scale.spanBytes() / copyNs, System.nanoTime() - freeNs);
    }

    private static long copy(final GpuRig rig, final PinnedBlock block, final Scale scale, final long device) {
        final long beginNs = System.nanoTime();
        rig.streams().copyIn(device, block.address(), scale.spanBytes(), rig.in());
        rig.streams().synchronize(rig.in());
        return System.nanoTime() - beginNs;
    }
}
