// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.runtime.Devices;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** The measured memory of a network is what it needs: with it the network is prepared, with a page less it is not. */
@Timeout(120)
class MeasuredFootprintTest {
    private static final long CHUNK = 1 << 20;
    private static final int CHUNKS = 48;

    private static TaskSet set(final String name, final int cuts, final int chunks) {
        final DeviceSpec gpu = new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0,
            Optional.of(new DeviceMemory(chunks * CHUNK, CHUNK, SwapProtocol.SEQ, 1_000_000, 1_000_000, 0, 0)), 0);
        return TaskSet.builder("measured").device(gpu).task("net", task -> {
            task.periodNs(20_000_000).model(new ModelSource.Zoo(name, "small", cuts));
            for (int i = 0; i < cuts; i++) {
                task.segment("gpu0", Segment.UNMEASURED);
            }
        }).build();
    }

    private static WcetSidecar.NetworkMemory measured(final TaskSet set) throws InterruptedException {
        final WcetSidecar sidecar =
            new Profiler(new RealTimeSetup(false), 3, 0.3, false).profile(set, Path.of(""), (task, share) -> { });
        final TaskSet applied = sidecar.applyTo(set);
        assertTrue(applied.tasks().getFirst().segments().stream().allMatch(segment -> segment.wcetNs() > 1), "measured in that memory");
        final WcetSidecar.NetworkMemory memory = sidecar.tasks().getFirst().memory().orElseThrow();
        assertEquals(Optional.of(memory.toTask(OptionalLong.empty(), set.tasks().getFirst().segments().size())),
            applied.tasks().getFirst().memory());
        return memory;
    }

    private static byte[] prepared(final TaskSet set, final TaskMemory memory) {
        final Task task = set.tasks().getFirst().withMemory(memory);
        try (Device device = Devices.open(set, 0, RunSettings.DEFAULT.withRealTime(false))) {
            final NetworkWorks works = new NetworkWorks();
            final var segments = works.prepare(set, List.of(device), task, 1);
            segments.forEach(segment -> GpuSegmentTimer.elapsedNs(device, segment));
            segments.forEach(segment -> segment.close());
            final Map<String, byte[]> answer = works.answers().get("net");
            assertArrayEquals(works.offline(set, task, 1).get("output"), answer.get("output"));
            return answer.get("output");
        }
    }

    /** What is swapped is out after the preparation, which has run the network in that memory; {@code ScheduledGpuTest} runs such sets. */
    private static void loads(final TaskSet set, final TaskMemory memory) {
        final Task task = set.tasks().getFirst().withMemory(memory);
        try (Device device = Devices.open(set, 0, RunSettings.DEFAULT.withRealTime(false))) {
            final var segments = new NetworkWorks().prepare(set, List.of(device), task, 1);
            assertEquals(1, segments.size());
            segments.forEach(segment -> segment.close());
        }
    }

    @Test
    void shouldMeasureWhatANetworkNeedsAndNoPageMore() throws InterruptedException {
        for (final String name : List.of("resnet", "mobilenet")) {
            for (final int cuts : new int[] {1, 3}) {
                final TaskSet set = set(name, cuts, CHUNKS);
                final WcetSidecar.NetworkMemory memory = measured(set);
                assertEquals(cuts, memory.constantBytes().size(), memory.toString());
                assertTrue(memory.constantBytes().stream().allMatch(bytes -> bytes > 0 && bytes % CHUNK == 0), memory.toString());
                assertEquals(cuts == 1, memory.stateBytes() == 0, memory.toString());
                assertEquals(cuts == 1, memory.scratchBytes() > 0, memory.toString());
                final TaskMemory whole = memory.toTask(OptionalLong.empty(), cuts);
                prepared(set, whole);
                if (cuts == 1) {
                    loads(set, memory.toTask(OptionalLong.of(5 * CHUNK)));
                }
                final TaskMemory less = new TaskMemory(memory.footprintBytes() - CHUNK, OptionalLong.empty(), Optional.empty(),
                    memory.scratchBytes(), memory.stateBytes(), whole.segmentConstantBytes(), OptionalLong.empty());
                assertThrows(InvalidModelException.class, () -> prepared(set, less));
            }
        }
    }

    @Test
    void shouldMeasureANetworkLargerThanTheMemoryASegmentAtATime() throws InterruptedException {
        final int segments = 12;
        final int chunks = 10;
        final WcetSidecar.NetworkMemory memory = measured(set("resnet", segments, chunks));
        assertTrue(memory.footprintBytes() > chunks * CHUNK, memory.toString());
        assertEquals(segments, memory.constantBytes().size(), memory.toString());
    }

    @Test
    void shouldRefuseASegmentsConstantsThatAreMoreThanWhatIsWritten() throws InterruptedException {
        final TaskSet set = set("resnet", 3, CHUNKS);
        final WcetSidecar.NetworkMemory memory = measured(set);
        final List<Long> measured = memory.constantBytes();
        final long sum = measured.stream().mapToLong(Long::longValue).sum();
        final TaskMemory moved = new TaskMemory(sum + memory.stateBytes(), OptionalLong.empty(), Optional.empty(), 0,
            memory.stateBytes(), List.of(measured.get(0), measured.get(1) + measured.get(2) - CHUNK, CHUNK), OptionalLong.empty());
        final InvalidModelException refused = assertThrows(InvalidModelException.class, () -> prepared(set, moved));
        assertTrue(refused.getMessage().startsWith("task 'net': memory: the weights of its segment 2 take "), refused.getMessage());
    }
}
