// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.device.cuda.CudaCapabilities;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.time.Sizes;

/** Tells what the GPU and its driver offer, and what Tactus does without. */
final class CapabilityCheck implements GpuCheck {
    @Override
    public String name() {
        return "capabilities";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final CudaGpu gpu = rig.gpu();
        final CudaCapabilities can = CudaCapabilities.probe(gpu);
        final long freeBytes = rig.memory().info()[0];
        final Section.Builder section = new Section.Builder(name(), "capability", "value");
        section.row("compute capability", can.compute());
        section.row("multiprocessors", String.valueOf(gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT())));
        section.row("memory", Sizes.format(can.memoryBytes()) + ", free " + Sizes.format(freeBytes));
        section.row("virtual memory management", yes(can.virtualMemory()));
        if (can.virtualMemory()) {
            section.row("granularity of chunks", Sizes.format(rig.memory().granularityBytes(gpu)));
        }
        section.row("words written by streams", yes(can.streamWords()));
        section.row("copy engines", String.valueOf(can.copyEngines()));
        section.row("chunks in the host's memory", yes(can.hostChunks()));
        section.row("managed memory on demand", yes(can.managedPaging()));
        section.row("functions that the driver lacks", can.absentFunctions().isEmpty() ? "none" : String.join(" ", can.absentFunctions()));
        section.expect(can.virtualMemory(), "the driver cannot map memory chunk by chunk, so nothing can be swapped");
        return section.checked(can.degradations().isEmpty() ? "everything that Tactus uses is there"
            : String.join("; ", can.degradations()));
    }

    private static String yes(final boolean value) {
        return value ? "yes" : "no";
    }
}
