// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.List;
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
}
