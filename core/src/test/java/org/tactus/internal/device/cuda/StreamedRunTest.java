// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.runtime.Devices;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.time.Durations;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.internal.work.OnnxNetworks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.Platform;
import org.tactus.model.Precision;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/**
 * Whole runs of a network four times larger than the device's memory, by the production policy, beside the same network with memory for all
 * of it. What is printed are its bound and its slow-down, measured and predicted; no time is asserted, as other work shares the machine.
 */
@Timeout(300)
class StreamedRunTest {
    private static final long MS = 1_000_000;
    private static final long US = 1_000;
    private static final long CHUNK = 1 << 18;
    private static final int SEGMENTS = 16;
    private static final int WIDTH = 512;
    private static final int LAYERS = 32;
    private static final int LARGER_THAN_MEMORY = 4;
    private static final long RUN_MS = Long.getLong("tactus.test.streamedRunMs", 3000);
    private static final long WCET_NS = Long.getLong("tactus.test.streamedWcetNs", 2 * MS);
    private static final List<String> NAMES = List.of("large", "beside");

    @TempDir
    private Path folder;

    private record Ran(RunResult result, Verdict verdict, List<String> errors, NetworkWorks networks, TaskSet set) {
        TaskResult large() {
            return result.tasks().getFirst();
        }
    }

    private static TaskSet set(final long chunks, final List<TaskMemory> memories) {
        final DeviceMemory memory = new DeviceMemory(chunks * CHUNK, CHUNK, SwapProtocol.SEQ, 400 * US, 400 * US, 100 * US, 100 * US);
        final var builder = TaskSet.builder("streamed").overheads(new Overheads(500 * US, 200 * US, 0, 300 * US, 0))
            .device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(memory), 0));
        for (int i = 0; i < NAMES.size(); i++) {
            final int at = i;
            final int segments = i == 0 ? SEGMENTS : 2;
            builder.task(NAMES.get(i), task -> {
                task.periodNs((at + 1) * 300 * MS).memory(memories.get(at))
                    .model(new ModelSource.OnnxFile(NAMES.get(at) + ".onnx", segments));
                for (int segment = 0; segment < segments; segment++) {
                    task.segment(List.of(new NamedVariant("gpu0", Precision.FP32, WCET_NS, 0, new ActualTime(0.9, 0.9))));
                }
            });
        }
        return builder.build();
    }

    private List<TaskMemory> needed() throws IOException {
        Files.write(folder.resolve("large.onnx"), TestModels.deep(WIDTH, LAYERS).proto().toByteArray());
        Files.write(folder.resolve("beside.onnx"), TestModels.deep(WIDTH / 2, 4).proto().toByteArray());
        final TaskSet unmeasured = set(1024, Collections.nCopies(2, new TaskMemory(1, OptionalLong.empty(), Optional.empty())));
        final List<TaskMemory> needed = new ArrayList<>();
        try (var gpu = Devices.open(unmeasured, 0, RunSettings.DEFAULT.withRealTime(false))) {
            for (int task = 0; task < NAMES.size(); task++) {
                final NetworkFootprint counted =
                    new OnnxNetworks(unmeasured, List.of(gpu), folder).footprint(unmeasured.tasks().get(task)).orElseThrow();
                needed.add(new TaskMemory(counted.constantBytes().stream().mapToLong(Long::longValue).sum() + counted.tensorBytes(),
                    OptionalLong.empty(), Optional.empty(), 0, counted.tensorBytes(), counted.constantBytes(), OptionalLong.empty()));
            }
        }
        return needed;
    }

    private Ran run(final TaskSet set) throws InterruptedException {
        final List<String> errors = Collections.synchronizedList(new ArrayList<>());
        final NetworkWorks networks = new NetworkWorks(folder);
        final KernelListener listener = new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                errors.add(task + ": " + cause.getMessage());
            }
        };
        final RunResult result;
        try (TaskSetRun run = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withForce(true), networks, listener)) {
            run.start();
            Thread.sleep((run.zeroNs() - System.nanoTime()) / MS + RUN_MS);
            result = run.stop();
        }
        return new Ran(result, Analyses.analyze(set), errors, networks, set);
    }

    private void requireAnswers(final Ran ran) {
        assertEquals(List.of(), ran.errors());
        for (int task = 0; task < NAMES.size(); task++) {
            assertTrue(ran.result().tasks().get(task).jobs() > 2, ran.result().tasks().toString());
            assertArrayEquals(ran.networks().offline(ran.set(), ran.set().tasks().get(task), RunSettings.DEFAULT.seed()).get("output"),
                ran.networks().answers().get(NAMES.get(task)).get("output"), NAMES.get(task));
        }
    }

    /** The weights stream from a file, of which the host keeps two chunks: every answer is that of the network that is all in. */
    @Test
    void shouldAnswerBitForBitWhenTheWeightsThatStreamAreInAFile() throws IOException, InterruptedException {
        final List<TaskMemory> needed = needed();
        final long most = needed.getFirst().segmentConstantBytes().stream().mapToLong(Long::longValue).max().orElseThrow();
        final long chunks = needed.getFirst().footprintBytes() / LARGER_THAN_MEMORY / CHUNK;
        final TaskSet inMemory = set(chunks, List.of(needed.getFirst().withStreamBytes(OptionalLong.of(2 * most)),
            needed.getLast().withSwapBytes(OptionalLong.of(needed.getLast().constantBytes()))));
        final DeviceSpec gpu = inMemory.platform().devices().getFirst();
        final DeviceSpec fromFile = gpu.withMemory(gpu.memory().orElseThrow().withWeightsIn(folder.toString(), 500 * US));
        final Ran ran = run(new TaskSet(inMemory.name(), inMemory.policy(), inMemory.overheads(),
            new Platform(List.of(fromFile)), inMemory.tasks()));
        requireAnswers(ran);
        System.out.println("weights in a file: " + text(ran));
        final var swaps = ran.result().devices().getFirst().swaps().orElseThrow();
        assertTrue(swaps.mostUsedBytes() <= chunks * CHUNK && swaps.chunksIn() > 100, swaps.toString());
    }

    private static long boundNs(final Ran ran) {
        return ran.verdict().tasks().getFirst().responseBoundNs();
    }

    private static String text(final Ran ran) {
        return "max " + Durations.format(ran.large().maxNs().orElse(0)) + " of a bound of " + Durations.format(boundNs(ran)) + ", "
            + ran.result().devices().getFirst().swaps().map(swaps -> swaps.chunksIn() + " chunks in, at most " + swaps.mostUsedBytes()
                + "B used, longest move " + Math.round(100 * swaps.largestShare()) + "% of its charge").orElse("nothing swapped");
    }

    /** The recurrence of docs/proofs/swapping.md, "Streamed", with what a chunk and a segment took on average in place of the worst. */
    private static double predictedNs(final Ran ran, final double segmentNs, final double chunkNs) {
        final SwapRegion layout =
            SwapRegion.of(ran.set().tasks().getFirst(), ran.set().platform().devices().getFirst().memory().orElseThrow());
        final double[] endNs = new double[SEGMENTS + 1];
        double loadedNs = 0;
        for (int k = 0; k < SEGMENTS; k++) {
            int first = k;
            long held = layout.chunksOf(k);
            while (first > 0 && held + layout.chunksOf(first - 1) <= layout.ringChunks()) {
                first--;
                held += layout.chunksOf(first);
            }
            loadedNs = Math.max(loadedNs, endNs[first]) + layout.chunksOf(k) * chunkNs;
            endNs[k + 1] = Math.max(endNs[k], loadedNs) + segmentNs;
        }
        return endNs[SEGMENTS];
    }

    @Test
    void shouldAnswerBitForBitAsResidentWhenFourTimesLargerThanTheMemory() throws IOException, InterruptedException {
        final List<TaskMemory> needed = needed();
        final TaskMemory large = needed.getFirst();
        final TaskMemory beside = needed.getLast();
        final long most = large.segmentConstantBytes().stream().mapToLong(Long::longValue).max().orElseThrow();
        final long chunks = large.footprintBytes() / LARGER_THAN_MEMORY / CHUNK;
        assertTrue(large.footprintBytes() >= LARGER_THAN_MEMORY * chunks * CHUNK);
        final Ran resident = run(set(2 * large.footprintBytes() / CHUNK, needed));
        requireAnswers(resident);
        System.out.println("resident: " + text(resident));
        final long[] rings = {most, 2 * most};
        for (final long ring : rings) {
            final Ran streamed = run(set(chunks, List.of(large.withStreamBytes(OptionalLong.of(ring)),
                beside.withSwapBytes(OptionalLong.of(beside.constantBytes())))));
            requireAnswers(streamed);
            assertArrayEquals(resident.networks().answers().get("large").get("output"),
                streamed.networks().answers().get("large").get("output"));
            final var swaps = streamed.result().devices().getFirst().swaps().orElseThrow();
            assertTrue(swaps.mostUsedBytes() <= chunks * CHUNK, swaps.toString());
            assertTrue(swaps.chunksIn() >= streamed.large().jobs() * (large.constantBytes() - ring) / CHUNK, swaps.toString());
            final double ownNs = resident.large().p50Ns().orElse(1);
            System.out.printf("ring of %d chunks, %d of memory, %d of weights: %s; slower than resident: median %.2f times, predicted "
                + "%.2f, largest %.2f times, bound %.2f times%n",
                ring / CHUNK, chunks, large.constantBytes() / CHUNK, text(streamed), streamed.large().p50Ns().orElse(0) / ownNs,
                predictedNs(streamed, ownNs / SEGMENTS, (double) swaps.busyNs() / swaps.chunksIn()) / ownNs,
                (double) streamed.large().maxNs().orElse(0) / resident.large().maxNs().orElse(1),
                (double) boundNs(streamed) / boundNs(resident));
        }
    }
}
