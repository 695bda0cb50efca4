// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.tactus.bindings.generated.onnxruntime.OrtAlloc;
import org.tactus.bindings.generated.onnxruntime.OrtAllocator;
import org.tactus.bindings.generated.onnxruntime.OrtFree;
import org.tactus.bindings.generated.onnxruntime.OrtInfo;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/**
 * An allocator of the caller's that sessions use, {@link OnnxOptions#withSharedAllocator}, for weights and all that they compute. One a
 * device and process at a time. Registered and closed by a control thread; closed after the last session that uses it.
 */
public final class OnnxAllocator implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final DeviceAllocator memory;
    private final long environment;
    private final Runnable atEnd;
    private long info;
    private boolean registered;

    OnnxAllocator(final long environment, final String device, final int id, final DeviceAllocator memory, final Runnable atEnd) {
        this.atEnd = atEnd;
        this.environment = environment;
        this.memory = memory;
        try {
            info = Ort.memoryInfo(device, id);
            final MemorySegment struct = OrtAllocator.allocate(arena);
            OrtAllocator.version(struct, onnxruntime_h.ORT_API_VERSION());
            OrtAllocator.Alloc(struct, OrtAlloc.allocate(this::allocate, arena).address());
            OrtAllocator.Free(struct, OrtFree.allocate(this::free, arena).address());
            OrtAllocator.Info(struct, OrtInfo.allocate(self -> info(), arena).address());
            Ort.call("RegisterAllocator", onnxruntime_h.ORT_API_RegisterAllocator(), environment, struct.address());
            registered = true;
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    private long info() {
        return info;
    }

    /** Called by the runtime; what left it would end the JVM. */
    private long allocate(final long self, final long bytes) {
        try {
            return memory.allocate(bytes);
        } catch (final Throwable e) {
            return 0; // the runtime says that there is no memory
        }
    }

    private void free(final long self, final long address) {
        try {
            memory.free(address);
        } catch (final Throwable e) {
            // memory that cannot be given back stays with its owner
        }
    }

    @Override
    public void close() {
        if (registered) {
            registered = false;
            Ort.call("UnregisterAllocator", onnxruntime_h.ORT_API_UnregisterAllocator(), environment, info);
            atEnd.run();
        }
        if (arena.scope().isAlive()) {
            Ort.release(onnxruntime_h.ORT_API_ReleaseMemoryInfo(), info);
            arena.close();
        }
    }
}
