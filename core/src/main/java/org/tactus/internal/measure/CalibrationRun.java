// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.Admission;
import org.tactus.internal.kernel.Kernel;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Runs the kernel for a while on a CPU device, index 0, and a modelled accelerator, index 1, with segments that take their times.
 *
 * @param setup           gives threads what the machine permits
 * @param options         the kernel's settings
 * @param cpuCore         core of the CPU device
 * @param acceleratorCore core of the accelerator's dispatcher
 */
record CalibrationRun(ThreadSetup setup, KernelOptions options, int cpuCore, int acceleratorCore) {
    private static final long LEAD_NS = 10_000_000L;
    private static final long DRAIN_NS = 100_000_000L;

    /** What a run does while its dispatchers run. */
    @FunctionalInterface
    interface Meanwhile {
        void run(Kernel kernel, int[] slots) throws InterruptedException;
    }

    /** A set without tasks on the two devices. */
    TaskSetBuilder set() {
        return TaskSet.builder("calibration").device(DeviceSpec.cpu("cpu0", cpuCore))
            .device(new DeviceSpec("acc0", DeviceKind.MODELLED, List.of(acceleratorCore), "", 0, Optional.empty(), 0));
    }

    /**
     * Runs a set with segments that take their times; what each thread was granted. Events come on the monitor's thread, all before this
     * returns.
     */
    Map<String, String> run(final TaskSet set, final EventHandler events, final Meanwhile meanwhile) throws InterruptedException {
        return run(set, task -> task.segments().stream().map(segment -> (SegmentWork) new TimedWork(Clock.SYSTEM, segment, 0)).toList(),
            events, meanwhile);
    }

    /** Runs a set with segments of its own. */
    Map<String, String> run(
        final TaskSet set, final Function<Task, List<SegmentWork>> segments, final EventHandler events, final Meanwhile meanwhile)
        throws InterruptedException {
        final Map<String, String> granted = new LinkedHashMap<>();
        final ByteBuffer memory = ByteBuffer.allocateDirect(Kernel.requiredBytes(options, set) + 64).alignedSlice(64);
        final List<Device> devices = List.of(new CpuDevice(Clock.SYSTEM, "spin"), new ModelledDevice());
        try (Kernel kernel = new Kernel(set, devices, new UnsafeBuffer(memory), options, Admission.ALL, setup, KernelListener.NONE,
            events, Clock.SYSTEM)) {
            kernel.start();
            kernel.granted().forEach(line -> granted.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2)));
            final List<List<SegmentWork>> works = set.tasks().stream().map(segments).toList();
            final int[] slots = kernel.addAll(set.tasks(), works, Clock.SYSTEM.nanoTime() + LEAD_NS);
            meanwhile.run(kernel, slots);
            kernel.stop(DRAIN_NS);
        }
        return granted;
    }
}
