// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.tactus.format.Quantiles;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaGraphWork;
import org.tactus.internal.device.cuda.CudaKernelWork;
import org.tactus.internal.device.cuda.CudaWork;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;

/**
 * Measures what a segment on a GPU costs beyond its own work, by the device that dispatchers drive: starting it, and from there until
 * a poll says that it is done. The kernel does nothing. Used by the rig's thread only.
 */
public final class LaunchTimer implements AutoCloseable {
    private static final int WARM_UP = 20_000;
    private static final int MOST_WINDOWS = 50;

    private final GpuRig rig;
    private final CudaDevice device;

    /**
     * What launches cost, without the samples that a platform stall touched.
     *
     * @param launch     to start the segment
     * @param completion from there until it is seen to be done
     * @param whole      both
     * @param minWholeNs the least of both, nanoseconds
     * @param longestNs  the most of both, stalls included, nanoseconds
     * @param longestLaunchNs the most to start a segment, stalls included, nanoseconds
     * @param longestCompletionNs the most from there on, stalls included, nanoseconds
     * @param stalls     samples that a stall touched
     * @param bytesPerOp heap bytes that the thread allocated a segment, on average over the last window of samples
     */
    public record Result(
        Quantiles launch, Quantiles completion, Quantiles whole, long minWholeNs, long longestNs, long longestLaunchNs,
        long longestCompletionNs, long stalls, double bytesPerOp) {
    }

    /**
     * Prepares measurements.
     *
     * @param rig the GPU
     */
    public LaunchTimer(final GpuRig rig) {
        this.rig = rig;
        device = new CudaDevice(rig.gpu(), new DeviceSpec("gpu", DeviceKind.CUDA, List.of(), "", 0, Optional.empty(), 0), null, null);
    }

    /**
     * Measures kernels.
     *
     * @param samples how many
     * @return what they cost
     */
    public Result kernels(final int samples) {
        try (CudaKernelWork nothing = nothing()) {
            return measure(samples, nothing);
        }
    }

    /**
     * Measures instantiated graphs of one kernel.
     *
     * @param samples how many
     * @return what they cost
     */
    public Result graphs(final int samples) {
        try (CudaKernelWork nothing = nothing();
            CudaGraphWork graph = new CudaGraphWork(rig.modules(), rig.compute(), nothing)) {
            return measure(samples, graph);
        }
    }

    private CudaKernelWork nothing() {
        return new CudaKernelWork(rig.modules(), rig.spinKernel(), 1, 1, 0);
    }

    private Result measure(final int samples, final CudaWork work) {
        final long[] calls = new long[samples];
        final long[] waits = new long[samples];
        final long[] wholes = new long[samples];
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        int launches = 0;
        for (int window = 0; launches < WARM_UP || bytes > 0 && window < MOST_WINDOWS; window++) {
            final long asked = threads.getCurrentThreadAllocatedBytes();
            final long before = threads.getCurrentThreadAllocatedBytes();
            run(work, calls, waits, wholes);
            // What asking itself allocates is no segment's. Until the compiler is done something does; what every launch allocates,
            // every window shows.
            bytes = Math.max(0, threads.getCurrentThreadAllocatedBytes() - before - (before - asked));
            launches += samples;
        }
        final Quantiles whole = Quantiles.withoutStalls(wholes); // sorts them
        final Quantiles launch = Quantiles.withoutStalls(calls);
        final Quantiles completion = Quantiles.withoutStalls(waits);
        return new Result(launch, completion, whole, wholes[0], wholes[samples - 1], calls[samples - 1], waits[samples - 1],
            samples - whole.samples(), (double) bytes / samples);
    }

    private void run(final CudaWork work, final long[] calls, final long[] waits, final long[] wholes) {
        for (int i = 0; i < calls.length; i++) {
            final long beginNs = System.nanoTime();
            device.start(work, i, beginNs);
            final long startedNs = System.nanoTime();
            int status;
            do {
                status = device.poll(System.nanoTime());
            } while (status == Device.RUNNING);
            final long seenNs = System.nanoTime();
            if (status == Device.FAILED) {
                throw new IllegalStateException("a segment broke: " + device.failure().getMessage(), device.failure());
            }
            calls[i] = startedNs - beginNs;
            waits[i] = seenNs - startedNs;
            wholes[i] = seenNs - beginNs;
        }
    }

    @Override
    public void close() {
        device.close();
        rig.gpu().makeCurrent(rig.context());
    }
}
