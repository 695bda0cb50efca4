// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.time.Sizes;

/**
 * The capabilities of a GPU that Tactus uses.
 *
 * @param driver          which driver answers, and from where
 * @param name            the GPU's name
 * @param compute         its compute capability, such as {@code 8.6}
 * @param memoryBytes     its memory
 * @param virtualMemory   whether chunks can be mapped at reserved addresses, which swapping needs
 * @param streamWords     whether a stream can write a word that is polled without a call
 * @param copyEngines     copies that run beside a kernel at once
 * @param hostChunks      whether chunks may lie in the host's memory
 * @param managedPaging   whether managed memory may exceed the device's, the baseline of comparisons
 * @param absentFunctions functions that the driver lacks
 */
public record CudaCapabilities(
    String driver, String name, String compute, long memoryBytes, boolean virtualMemory, boolean streamWords, int copyEngines,
    boolean hostChunks, boolean managedPaging, List<String> absentFunctions) {

    /**
     * Asks a GPU. Needs no context.
     *
     * @param gpu the GPU
     * @return what it can do
     */
    public static CudaCapabilities probe(final CudaGpu gpu) {
        final List<String> absent = gpu.driver().absentFunctions();
        return new CudaCapabilities(gpu.driver().toString(), gpu.name(),
            gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR()) + "."
                + gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR()), gpu.totalBytes(),
            gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED()) == 1 && !absent.contains("cuMemMap"),
            !absent.contains("cuStreamWriteValue32_v2"), gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT()),
            gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_HOST_NUMA_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED()) == 1,
            gpu.attribute(cuda_h.CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS()) == 1, absent);
    }

    /**
     * Tells what Tactus does in place of each capability that the GPU lacks.
     *
     * @return one sentence each; empty when it can all
     */
    public List<String> degradations() {
        final List<String> lines = new ArrayList<>();
        if (!virtualMemory) {
            lines.add("no virtual memory management: tasks are never swapped");
        }
        if (!streamWords) {
            lines.add("no stream memory operations: completion is asked of the driver instead of read from a word");
        }
        if (copyEngines < 1) {
            lines.add("no copy engine: a copy waits for kernels");
        } else if (copyEngines < 2) {
            lines.add("one copy engine: copies in and out take turns");
        }
        if (!hostChunks) {
            lines.add("no chunks in the host's memory: what is out has no mapping");
        }
        if (!managedPaging) {
            lines.add("managed memory does not page: the demand-paging baseline cannot run");
        }
        return lines;
    }

    /**
     * Describes the GPU in one line.
     *
     * @return for listings and reports
     */
    public String text() {
        return name + " (compute " + compute + ", " + Sizes.format(memoryBytes) + ", " + driver + ")"
            + (degradations().isEmpty() ? "" : "; " + String.join("; ", degradations()));
    }
}
