// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentHook;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Precision;
import org.tactus.model.Reclaim;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.PrecisionResult;
import org.tactus.result.RunResult;

/** Networks that run on a software GPU, and partly on a processor. */
@Timeout(60)
class CudaNetworkTest {
    private static final long MS = 1_000_000;
    private static final ActualTime SHORT = new ActualTime(0.05, 0.05);

    private static DeviceSpec gpu(final String name) {
        return new DeviceSpec(name, DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.empty(), 0);
    }

    /** A network whose segments lie as the letters say: G on the GPU, C on the processor, Q there in int8. */
    private static TaskSet set(final String... layouts) {
        final TaskSetBuilder builder = TaskSet.builder("mixed").device(DeviceSpec.cpu("cpu0")).device(gpu("gpu0"));
        for (final String layout : layouts) {
            builder.task("net-" + layout, task -> {
                task.periodNs(500 * MS).model(new ModelSource.Zoo("resnet", "small", layout.length()));
                for (final char letter : layout.toCharArray()) {
                    task.segment(List.of(new NamedVariant(letter == 'G' ? "gpu0" : "cpu0",
                        letter == 'Q' ? Precision.INT8 : Precision.FP32, 20 * MS, 0, SHORT)));
                }
            });
        }
        return builder.build();
    }

    private static RunResult run(final TaskSet set, final WorkFactory works, final List<String> errors) throws InterruptedException {
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause.getMessage());
            }
        };
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), works, listener)) {
            tactus.start();
            Thread.sleep((tactus.zeroNs() - System.nanoTime()) / MS + 900);
            return tactus.stop();
        }
    }

    @Test
    void shouldAnswerAsOfflineWhereverTheSegmentsLie() throws InterruptedException {
        final TaskSet set = set("GGGGG", "GCGCG", "CGGQQ", "QGCCQ", "CCCCG", "GQQQC");
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final NetworkWorks works = new NetworkWorks();
        final RunResult result = run(set, works, errors);
        assertEquals(List.of(), errors);
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            assertTrue(result.tasks().get(i).jobs() > 0, result.tasks().get(i).toString());
            assertArrayEquals(works.offline(set, task, RunSettings.DEFAULT.seed()).get("output"),
                works.answers().get(task.name()).get("output"), task.name());
        }
    }

    @Test
    void shouldStopTheTaskAloneWhenItsComputationBreaks() throws InterruptedException {
        final TaskSet set = set("GC", "GG");
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final NetworkWorks networks = new NetworkWorks();
        final WorkFactory breaking = (of, devices, task, seed) -> {
            final List<SegmentWork> works = networks.prepare(of, devices, task, seed);
            if (task.name().equals("net-GC")) {
                works.getFirst().terminate(); // ONNX Runtime ends each later run with an error
            }
            return works;
        };
        final RunResult result = run(set, breaking, errors);
        assertEquals(1, errors.size(), errors.toString());
        assertTrue(errors.getFirst().startsWith("net-GC: "), errors.toString());
        assertEquals(0, result.tasks().getFirst().jobs());
        assertTrue(result.tasks().getLast().jobs() > 0, result.tasks().toString());
    }

    @Test
    void shouldTakeTheTimeOfTheModelOrOfTheResultWhicheverIsLonger() throws Exception {
        final TaskSet set = TaskSet.builder("one").device(gpu("gpu0")).task("t", t -> t.periodNs(900 * MS).segment("gpu0", MS)).build();
        try (Device device = Devices.open(set, 0, RunSettings.DEFAULT.withRealTime(false))) {
            final CudaDevice cuda = (CudaDevice) device;
            assertTrue(cuda.networks().computesOnHost());
            final long modelled = elapsed(cuda, 30 * MS, 0);
            assertTrue(modelled >= 29 * MS, "the kernel takes its time: " + modelled);
            final long late = elapsed(cuda, MS, 40);
            assertTrue(late >= 40 * MS, "an overrun: " + late);
        }
    }

    @Test
    void shouldAllocateNothingWhenADispatcherRunsSegments() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final TaskSet set = set("CGC");
        try (Device gpu = Devices.open(set, 1, RunSettings.DEFAULT.withRealTime(false))) {
            final List<SegmentWork> works = new NetworkWorks().prepare(set, List.of(new ModelledDevice(), gpu), set.tasks().getFirst(), 1);
            try {
                long bytes = Long.MAX_VALUE;
                for (int round = 0; round < 5 && bytes > 0; round++) { // the first rounds load classes and compile
                    final long before = threads.getCurrentThreadAllocatedBytes();
                    for (int job = 0; job < 20; job++) {
                        runAll(works, gpu, job);
                    }
                    bytes = threads.getCurrentThreadAllocatedBytes() - before;
                }
                assertEquals(0, bytes);
            } finally {
                works.forEach(SegmentWork::close);
            }
        }
    }

    private static void runAll(final List<SegmentWork> works, final Device gpu, final long job) {
        try {
            works.get(0).run(job);
            gpu.start(works.get(1), job, Clock.SYSTEM.nanoTime());
            while (gpu.poll(Clock.SYSTEM.nanoTime()) == Device.RUNNING) {
                Thread.onSpinWait();
            }
            works.get(2).run(job);
        } catch (final Exception e) {
            throw new AssertionError(e);
        }
    }

    private static long elapsed(final CudaDevice device, final long modelledNs, final long computedMs) throws InterruptedException {
        final CountDownLatch computed = new CountDownLatch(1);
        final SegmentWork work = device.networks().network(new SegmentWork() {
            @Override
            public void run(final long job) throws InterruptedException {
                Thread.sleep(computedMs);
                computed.countDown();
            }

            @Override
            public long modelledNs(final long job) {
                return modelledNs;
            }

            @Override
            public void terminate() {
                // ends by itself
            }

            @Override
            public void close() {
                // holds nothing
            }
        }, List.of(), List.of(), SegmentHook.NONE, SegmentHook.NONE);
        final long startNs = Clock.SYSTEM.nanoTime();
        device.start(work, 0, startNs);
        int status = Device.RUNNING;
        while (status == Device.RUNNING) {
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        assertEquals(Device.DONE, status);
        assertEquals(0, computed.getCount());
        return device.elapsedNs(startNs, Clock.SYSTEM.nanoTime());
    }

    /** A network that begins on the GPU and goes on in int8 on the processor, each of these segments offered to the GPU. */
    private static TaskSet offered(final int segments) {
        return TaskSet.builder("offered").device(DeviceSpec.cpu("cpu0")).device(gpu("gpu0")).task("net", task -> {
            task.periodNs(150 * MS).model(new ModelSource.Zoo("resnet", "small", segments));
            for (int i = 0; i < segments; i++) {
                task.segment(List.of(i == 0 ? new NamedVariant("gpu0", Precision.FP32, 20 * MS, 0, SHORT)
                    : new NamedVariant("cpu0", Precision.INT8, 20 * MS, 0.1, SHORT)));
                if (i > 0) {
                    task.offer("gpu0", (2 + i) * MS);
                }
            }
            task.reclaim(new Reclaim(12 * MS, 2, 5 * MS)); // the one to the last segment is too long
        }).build();
    }

    @Test
    void shouldAnswerAsOfflineWhenSegmentsAreSubstituted() throws InterruptedException {
        final TaskSet set = offered(5);
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final NetworkWorks works = new NetworkWorks();
        final RunResult result = run(set, works, errors);
        assertEquals(List.of(), errors);
        final long jobs = result.tasks().getFirst().jobs();
        assertTrue(jobs > 0);
        final PrecisionResult precision = result.precisions().getFirst();
        assertEquals(2 * jobs, precision.substitutions(), "the GPU is idle: as many as the budget allows; " + precision);
        final Task task = set.tasks().getFirst();
        final byte[] answer = works.answers().get("net").get("output");
        assertArrayEquals(works.offline(set, task, RunSettings.DEFAULT.seed()).get("output"), answer);
        final byte[] planned = new NetworkWorks().offline(set, task, RunSettings.DEFAULT.seed()).get("output");
        assertFalse(Arrays.equals(planned, answer), "fp32 in place of int8 leaves its mark");
    }

    @Test
    void shouldStopTheTaskWhenASubstituteBreaks() throws InterruptedException {
        final NetworkWorks networks = new NetworkWorks();
        final WorkFactory breaking = (of, devices, task, seed) -> {
            final List<SegmentWork> works = networks.prepare(of, devices, task, seed);
            works.get(1).offered().terminate(); // ONNX Runtime ends each later run of this form with an error
            return works;
        };
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final RunResult result = run(offered(5), breaking, errors);
        assertEquals(1, errors.size(), errors.toString());
        assertEquals(0, result.tasks().getFirst().jobs());
    }

    @Test
    void shouldRefuseWhenSegmentsAreOfferedToWhatDoesNotCompute() {
        final TaskSet set = TaskSet.builder("offered").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("net", task -> task.periodNs(150 * MS).model(new ModelSource.Zoo("resnet", "small", 2)).segment("cpu0", 20 * MS)
                .segment(List.of(new NamedVariant("cpu0", Precision.INT8, 20 * MS, 0.1, SHORT))).offer("acc0", MS)
                .reclaim(new Reclaim(MS, 1, MS))).build();
        final String said = assertThrows(InvalidModelException.class,
            () -> run(set, new NetworkWorks(), new ArrayList<>())).getMessage();
        assertTrue(said.contains("offered to 'acc0', which cannot compute them"), said);
    }

    @Test
    void shouldSayWhatIsWrongWhenANetworkNamesTwoGpus() {
        final TaskSet set = TaskSet.builder("two").device(gpu("gpu0")).device(gpu("gpu1")).task("net", task ->
            task.periodNs(500 * MS).model(new ModelSource.Zoo("resnet", "small", 2)).segment("gpu0", MS).segment("gpu1", MS)).build();
        final String said = assertThrows(InvalidModelException.class,
            () -> run(set, new NetworkWorks(), new ArrayList<>())).getMessage();
        assertTrue(said.contains("gpu0 and gpu1") && said.contains("one GPU"), said);
    }
}
