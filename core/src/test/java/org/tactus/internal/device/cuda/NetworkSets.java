// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Sets of networks that share the memory of one GPU. */
final class NetworkSets {
    private static final long PERIOD_NS = 1_000_000_000;

    private NetworkSets() {
    }

    /** A task for each file {@code NAME.onnx}, in so many segments, with so much memory. */
    static TaskSet of(final DeviceSpec gpu, final List<String> names, final int[] segments, final TaskMemory[] memories) {
        final TaskSetBuilder builder = TaskSet.builder("networks").device(gpu);
        for (int i = 0; i < names.size(); i++) {
            final int at = i;
            builder.task(names.get(i), task -> {
                task.periodNs(PERIOD_NS).model(new ModelSource.OnnxFile(names.get(at) + ".onnx", segments[at])).memory(memories[at]);
                for (int segment = 0; segment < segments[at]; segment++) {
                    task.segment(gpu.name(), 1);
                }
            });
        }
        return builder.build();
    }

    /** Ends the driver, which then must hold nothing and have kept no defect. */
    static void closeDriver(final SoftwareCuda software) {
        final Undo all = new Undo();
        all.add(software::close);
        all.add(() -> assertEquals(Inventory.NOTHING, software.inventory()));
        all.add(() -> assertEquals(Optional.empty(), software.defect()));
        all.runOrThrow();
    }

    /** Ends segments, then the device and the driver, which then must hold nothing and have kept no defect. */
    static void close(final SoftwareCuda software, final CudaDevice device, final SegmentWork[][] segments) {
        final Undo all = new Undo();
        all.add(() -> closeDriver(software));
        all.add(device::close);
        for (final SegmentWork[] chain : segments) {
            for (final SegmentWork segment : chain) {
                all.add(segment::close);
            }
        }
        all.runOrThrow();
    }
}
