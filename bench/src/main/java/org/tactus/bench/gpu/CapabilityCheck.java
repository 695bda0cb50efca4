package org.tactus.bench.gpu;

import org.tactus.GpuRig;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.time.Sizes;

/** Tells what the GPU and its driver offer, and what Tactus does without. */
final class CapabilityCheck implements GpuCheck {
    private static final int ENGINES = 2;

    @Override
    public String name() {
        return "capabilities";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final CudaGpu gpu = rig.gpu();
        final Section.Builder section = new Section.Builder(name(), "capability", "value", "withoutIt");
        section.row("compute capability", gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR()) + "."
            + gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR()), "");
        section.row("multiprocessors", text(gpu, cuda_h.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT()), "");
        final long[] info = rig.memory().info();
        section.row("memory", Sizes.format(info[1]) + ", " + Sizes.format(info[0]) + " of it free", "");
        final int virtual = gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED());
        section.row("virtual memory management", yes(virtual), "nothing can be swapped");
        section.expect(virtual != 0, "the driver cannot map memory chunk by chunk, so nothing can be swapped");
        if (virtual != 0) {
            section.row("granularity of chunks", Sizes.format(rig.memory().granularityBytes(gpu)), "");
        }
        final int engines = gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT());
        section.row("copy engines", String.valueOf(engines), engines < ENGINES ? "the two directions share one" : "");
        section.row("stream memory operations on 64 bits", yes(gpu, cuda_h.CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS()),
            "words of 32 bits are used anyway");
        section.row("chunks in the host's memory",
            yes(gpu, cuda_h.CU_DEVICE_ATTRIBUTE_HOST_NUMA_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED()),
            "an evicted address stays without memory");
        section.row("managed memory on demand", yes(gpu, cuda_h.CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS()),
            "demand paging cannot be compared");
        section.row("functions that the driver lacks", String.join(" ", gpu.driver().absentFunctions()), "");
        return section.checked("what Tactus needs is there");
    }

    private static String text(final CudaGpu gpu, final int attribute) {
        return String.valueOf(gpu.attribute(attribute));
    }

    private static String yes(final CudaGpu gpu, final int attribute) {
        return yes(gpu.attribute(attribute));
    }

    private static String yes(final int value) {
        return value != 0 ? "yes" : "no";
    }
}
