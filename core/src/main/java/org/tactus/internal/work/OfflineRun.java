// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.network.SegmentChain;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Runs a task's network once, without a schedule, to have what the answers of its jobs are held against. One thread. */
final class OfflineRun {
    private final NetworkWorks works;
    private final TaskSet set;
    private final Task task;
    private final long seed;

    OfflineRun(final NetworkWorks works, final TaskSet set, final Task task, final long seed) {
        this.works = works;
        this.set = set;
        this.task = task;
        this.seed = seed;
    }

    /** The outputs with the segments substituted that were so in a job; null where none has ended. */
    Map<String, byte[]> outputs(final boolean[] ofJob) {
        final OptionalInt withKernels = task.segments().stream().map(Segment::device)
            .filter(device -> set.platform().devices().get(device).computesByKernels(OnnxRuntime::lacksGpu)).mapToInt(device -> device)
            .findFirst();
        if (withKernels.isPresent()) {
            return outputsOnGpu(ofJob, withKernels.getAsInt());
        }
        try (SegmentChain model = works.load(set, task)) {
            model.fillInputs(seed);
            final boolean[] forms = ofJob == null ? new boolean[model.segments()] : ofJob;
            for (int i = 0; i < model.segments(); i++) {
                model.run(forms[i] ? model.substitute(i).orElseThrow() : i);
            }
            return OutputBytes.of(model);
        }
    }

    /** The same by kernels, which sum in another order than the processor: on a GPU of its own, where nothing is swapped. */
    private Map<String, byte[]> outputsOnGpu(final boolean[] ofJob, final int index) {
        final List<Device> alone = new ArrayList<>(Collections.nCopies(set.platform().devices().size(), new ModelledDevice()));
        final CudaDevice gpu = CudaDevices.open(set.platform().devices().get(index).withoutMemory(), false, () -> { }, () -> { });
        alone.set(index, gpu);
        try (SegmentChain model = works.load(set, alone, task)) {
            model.fillInputs(seed);
            final boolean[] forms = ofJob == null ? new boolean[model.segments()] : ofJob;
            for (int i = 0; i < model.segments(); i++) {
                final int form = forms[i] ? model.substitute(i).orElseThrow() : i;
                final Segment segment = task.segments().get(i);
                final int device = forms[i] ? segment.offer().orElseThrow().device() : segment.device();
                gpu.networks().runOnce(model, form, device == index);
            }
            return OutputBytes.of(model);
        } finally {
            gpu.close();
        }
    }
}
