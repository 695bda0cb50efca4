// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.tactus.format.Quantiles;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.NetworkWork;
import org.tactus.internal.device.SegmentHook;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.network.SegmentPlace;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.network.TensorMemory;
import org.tactus.internal.network.Transfer;
import org.tactus.internal.time.Clock;

/** Times what a GPU runs, by the path of a run: started on the device and polled. Used by one thread. */
public final class GpuSegmentTimer {
    private static final int WARM_UP_RUNS = 10;
    private static final long POLL_NS = 20_000;

    private final CudaDevice device;
    private final int runs;

    GpuSegmentTimer(final CudaDevice device, final int runs) {
        this.device = device;
        this.runs = runs;
    }

    /** A segment alone, without its copies. On a software GPU this is the time that the host takes to compute it. */
    Quantiles segment(final CutChain alone) {
        final TensorMemory host = device.networks().pinned();
        final SegmentPlace place = device.networks().place(device.networks().tensors());
        final SegmentedModel model = SegmentedModel.create(alone, host, List.of(place), List.of());
        model.fillInputs(1);
        return times(device.networks().network(
            new NetworkWork(model, 0, new NoTime(), SegmentHook.NONE, SegmentHook.NONE, end -> { }), List.of(), List.of(), SegmentHook.NONE,
            SegmentHook.NONE));
    }

    /** A copy of a tensor between the host and the device. */
    Quantiles copy(final long bytes, final boolean toDevice) {
        try (TensorMemory host = device.networks().pinned(); TensorMemory there = device.networks().tensors()) {
            final long onHost = host.allocate(bytes).address();
            final long onDevice = there.allocate(bytes).address();
            return times(device.networks().copy(List.of(new Transfer(toDevice ? host : there, toDevice ? there : host,
                toDevice ? onHost : onDevice, toDevice ? onDevice : onHost, bytes)), toDevice));
        }
    }

    private Quantiles times(final SegmentWork work) {
        try (work) {
            final long[] samples = new long[runs];
            for (int run = -WARM_UP_RUNS; run < runs; run++) {
                SampleWatch.begin();
                final long ns = elapsedNs(device, work);
                SampleWatch.end();
                if (run >= 0) {
                    samples[run] = ns;
                }
            }
            return Profiler.quantiles(samples);
        }
    }

    /**
     * Runs a work once on a device that does not hold the thread.
     *
     * @param device the device
     * @param work   made for it
     * @return its execution time in nanoseconds, as the device tells it
     * @throws IllegalStateException when the segment broke
     */
    public static long elapsedNs(final Device device, final SegmentWork work) {
        final long startNs = Clock.SYSTEM.nanoTime();
        device.start(work, 0, startNs);
        int status = device.poll(Clock.SYSTEM.nanoTime());
        while (status == Device.RUNNING) {
            // Sleeps, and never spins: what computes for a software GPU may share the core at a lower priority. The device tells the time.
            LockSupport.parkNanos(POLL_NS);
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        if (status == Device.FAILED) {
            throw new IllegalStateException("a segment broke: " + device.failure().getMessage(), device.failure());
        }
        return device.elapsedNs(startNs, Clock.SYSTEM.nanoTime());
    }

    /** Leaves a software GPU to the time that the host takes. */
    private record NoTime() implements SegmentWork {
        @Override
        public void run(final long job) {
            // never called
        }

        @Override
        public long modelledNs(final long job) {
            return 0;
        }

        @Override
        public void terminate() {
            // takes no time
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
