// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.work.NetworkPort;

/** A program's own inputs and outputs, job by job. */
@Timeout(60)
class NetworkPortTest {
    private static final long MS = 1_000_000;

    private static TaskSet set(final String first, final String last) {
        return TaskSet.builder("ported").device(DeviceSpec.cpu("cpu0"))
            .device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), "software", 0, Optional.empty(), 0))
            .task("net", task -> task.periodNs(100 * MS).model(new ModelSource.Zoo("resnet", "small", 2))
                .segment(first, 20 * MS, new ActualTime(0.1, 0.1)).segment(last, 20 * MS, new ActualTime(0.1, 0.1))).build();
    }

    private static void input(final MemorySegment input, final long job) {
        for (long i = 0; i < input.byteSize() / Float.BYTES; i++) {
            input.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) Math.sin(i + 0.5 * job));
        }
    }

    private static RunResult run(final TaskSet set, final WorkFactory works, final KernelListener listener) throws InterruptedException {
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), works, listener)) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + 800);
            return tactus.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu0, cpu0", "gpu0, cpu0", "cpu0, gpu0", "gpu0, gpu0"})
    void shouldAnswerEachJobsInputWhereverTheNetworkRuns(final String first, final String last) throws InterruptedException {
        final Map<Long, float[]> answers = new ConcurrentHashMap<>();
        final NetworkWorks works = new NetworkWorks().port("net", network -> new NetworkPort() {
            @Override
            public void begin(final long job) {
                input(network.tensor("input").memory(), job);
            }

            @Override
            public void end(final long job) {
                answers.put(job, network.tensor("output").memory().toArray(ValueLayout.JAVA_FLOAT));
            }
        });
        final long jobs = run(set(first, last), works, KernelListener.NONE).tasks().getFirst().jobs();
        assertTrue(jobs > 1);
        assertEquals(jobs, answers.size());
        final Map<Long, float[]> expected = new HashMap<>();
        try (SegmentedModel model = SegmentedModel.create(
            ModelZoo.generate("resnet", "small", OnnxNetworks.WEIGHT_SEED), 2, OnnxOptions.SINGLE_THREAD)) {
            for (long job = 0; job < jobs; job++) {
                input(model.tensor("input"), job);
                model.run(0);
                model.run(1);
                expected.put(job, model.tensor("output").toArray(ValueLayout.JAVA_FLOAT));
            }
        }
        expected.forEach((job, answer) -> assertArrayEquals(answer, answers.get(job), "job " + job));
    }

    @Test
    void shouldStopTheTaskWhenAPortThrows() throws InterruptedException {
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final NetworkWorks works = new NetworkWorks().port("net", network -> new NetworkPort() {
            @Override
            public void begin(final long job) {
                // the input stays
            }

            @Override
            public void end(final long job) {
                if (job == 2) {
                    throw new IllegalStateException("nobody takes the answer");
                }
            }
        });
        final RunResult result = run(set("cpu0", "gpu0"), works, new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(cause.getMessage());
            }
        });
        assertEquals(List.of("nobody takes the answer"), errors);
        assertEquals(2, result.tasks().getFirst().jobs());
    }
}
