// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.network.TensorMemory;

/** Tensors in a GPU's memory, or in pinned host memory that its copy engines reach. Control thread. */
final class CudaTensors implements TensorMemory {
    private final CudaNetworks gpu;
    private final boolean pinned;
    private final Undo made = new Undo();

    CudaTensors(final CudaNetworks gpu, final boolean pinned) {
        this.gpu = gpu;
        this.pinned = pinned;
    }

    @Override
    public MemorySegment allocate(final long bytes) {
        gpu.makeCurrent();
        final CudaMemory memory = gpu.driver().memory();
        final long address = pinned ? memory.allocateHost(bytes) : memory.allocate(bytes);
        made.add(() -> {
            if (pinned) {
                memory.freeHost(address);
            } else {
                memory.freeDevice(address);
            }
        });
        final MemorySegment tensor = CudaMemory.view(address, bytes);
        if (pinned) {
            tensor.fill((byte) 0);
        } else {
            gpu.copies().clear(address, bytes);
        }
        return tensor;
    }

    @Override
    public MemorySegment asComputedOn(final MemorySegment there) {
        return gpu.asComputedOn(there);
    }

    @Override
    public void close() {
        made.add(gpu::makeCurrent);
        gpu.free(made::run); // what a broken context refuses to free is freed with it
    }
}
