// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.work.NetworkPort;

/**
 * Networks whose weights lie in chunks: what stands in the chunks is what they compute with, and a fault of whoever moves the chunks is
 * found: by the device, before anything is touched, when a chunk is not there, and by the answers when it is another one. Random steps
 * print their seed; their number is {@code -Dtactus.property.swapNetworkSteps} (300 without it).
 */
@Timeout(600)
class SwappedWeightsTest {
    private static final int STEPS = Integer.getInteger("tactus.property.swapNetworkSteps", 300);
    private static final long SEED = Long.getLong("tactus.property.seed", 7);
    private static final long MIB = 1 << 20;
    private static final int CHUNKS = 10;
    private static final List<String> NETWORKS = List.of("resnet", "densenet", "mobilenet");
    private static final long[] FOOTPRINTS = {14, 12, 18};
    /** Of the networks' 44 MiB less than two thirds are there at once. */
    private static final DeviceMemory MEMORY = new DeviceMemory(28 * MIB, MIB, SwapProtocol.SEQ, 1, 1, 0, 0);
    private static final DeviceSpec SPEC =
        new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.of(MEMORY), 0);

    private final SoftwareCuda software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(2 * MEMORY.capacityBytes(), MIB / 16));
    private final CudaDevice device = new CudaDevice(software.driver().gpus().getFirst(), SPEC, null, () -> { });
    private final ChunkMover mover = device.mover();
    private final TaskSet set = set();
    private final NetworkWorks works = new NetworkWorks();
    private final SegmentWork[] segments = new SegmentWork[NETWORKS.size()];
    private final byte[][] answers = new byte[NETWORKS.size()][];
    /** How often inputs of the first network were to be written. */
    private int begun;
    /** What the last job answered. */
    private byte[] last;

    private static TaskSet set() {
        final var builder = TaskSet.builder("swapped").device(SPEC);
        for (int i = 0; i < NETWORKS.size(); i++) {
            final int at = i;
            builder.task(NETWORKS.get(i), task -> task.periodNs(1_000_000_000).segment("gpu0", 1)
                .model(new ModelSource.Zoo(NETWORKS.get(at), "small", 1))
                .memory(new TaskMemory(FOOTPRINTS[at] * MIB, OptionalLong.of(CHUNKS * MIB), Optional.empty(), MIB, 0)));
        }
        return builder.build();
    }

    @BeforeEach
    void prepare() {
        for (int i = 0; i < segments.length; i++) {
            final int slot = i;
            works.port(NETWORKS.get(i), network -> new NetworkPort() {
                @Override
                public void begin(final long job) {
                    begun += slot == 0 ? 1 : 0;
                }

                @Override
                public void end(final long job) {
                    last = network.tensor("output").memory().toArray(ValueLayout.JAVA_BYTE);
                }
            });
        }
        for (int i = 0; i < segments.length; i++) {
            segments[i] = works.prepare(set, List.of(device), set.tasks().get(i), 5).getFirst();
        }
        for (int i = 0; i < segments.length; i++) {
            device.define(i, set.tasks().get(i));
            answers[i] = works.offline(set, set.tasks().get(i), 5).get("output");
        }
        device.defined();
    }

    @AfterEach
    void close() {
        final Undo all = new Undo();
        all.add(software::close);
        all.add(() -> assertEquals(Inventory.NOTHING, software.inventory()));
        all.add(() -> assertEquals(Optional.empty(), software.defect()));
        all.add(device::close);
        for (final SegmentWork segment : segments) {
            all.add(segment::close);
        }
        all.runOrThrow();
    }

    private void finish() {
        while (mover.isMoving()) {
            assertTrue(mover.poll(Clock.SYSTEM.nanoTime()) != ChunkMover.FAILED, () -> String.valueOf(mover.failure()));
        }
    }

    private void in(final int slot, final int first, final int count) {
        mover.startIn(slot, first, count, Clock.SYSTEM.nanoTime());
        finish();
    }

    private void out(final int slot, final int first, final int count) {
        mover.startOut(slot, first, count, Clock.SYSTEM.nanoTime());
        finish();
    }

    private int run(final int slot) {
        device.start(segments[slot], 0, Clock.SYSTEM.nanoTime());
        int status = Device.RUNNING;
        while (status == Device.RUNNING) {
            status = device.poll(Clock.SYSTEM.nanoTime());
        }
        return status;
    }

    private byte[] answer(final int slot) {
        assertEquals(Device.DONE, run(slot), () -> String.valueOf(device.failure()));
        return last;
    }

    private MemorySegment backing(final int slot, final int chunk) {
        return device.region(slot).backing().asSlice(chunk * MIB, MIB);
    }

    @Test
    void shouldAnswerAsOfflineWhenChunksHaveComeAndGone() {
        for (int turn = 0; turn < 2; turn++) {
            for (int slot = 0; slot < segments.length; slot++) {
                in(slot, 0, CHUNKS);
                assertArrayEquals(answers[slot], answer(slot), NETWORKS.get(slot));
                out(slot, 0, CHUNKS);
            }
        }
    }

    @Test
    void shouldComputeWithWhatStandsInEachChunk() {
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            final byte[] kept = backing(0, chunk).toArray(ValueLayout.JAVA_BYTE);
            backing(0, chunk).fill((byte) 0);
            in(0, 0, CHUNKS);
            assertFalse(Arrays.equals(answers[0], answer(0)), "chunk " + chunk + " is not computed with");
            out(0, 0, CHUNKS);
            MemorySegment.copy(kept, 0, backing(0, chunk), ValueLayout.JAVA_BYTE, 0, kept.length);
        }
        in(0, 0, CHUNKS);
        assertArrayEquals(answers[0], answer(0));
    }

    @Test
    void shouldFailTheTaskBeforeAnythingIsTouchedWhenAChunkIsForgotten() {
        in(0, 1, CHUNKS - 1); // all but the first
        assertEquals(Device.FAILED, run(0));
        assertEquals("chunk 0 of the 10 that 'resnet' has is not in the GPU's memory; a segment needs all of them",
            device.failure().getMessage());
        assertEquals(0, begun, "not even the inputs were written");
        assertFalse(device.isLost());
        in(0, 0, 1);
        assertArrayEquals(answers[0], answer(0));
        assertEquals(1, begun);
    }

    @Test
    void shouldFailTheTaskAloneWhenItsSegmentStartsBeforeItsChunksHaveCome() {
        in(1, 0, CHUNKS);
        assertEquals(Device.FAILED, run(0), "wrong order: the execution before the moves");
        assertArrayEquals(answers[1], answer(1), "another task's memory is as it was");
        out(1, 0, CHUNKS);
        mover.startIn(0, 0, CHUNKS, Clock.SYSTEM.nanoTime());
        assertEquals(Device.FAILED, run(0), "the moves have begun and not ended");
        finish();
        assertArrayEquals(answers[0], answer(0));
    }

    @Test
    void shouldAllocateNothingWhenItLooksForItsChunks() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        in(0, 0, CHUNKS);
        final TaskHolding holding = device.holding(0);
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 5 && bytes > 0; round++) { // the first rounds load classes
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                holding.requireResident(0);
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, bytes);
    }

    @Test
    void shouldAnswerOtherwiseWhenChunksComeInTheWrongOrder() {
        final byte[] first = backing(0, 2).toArray(ValueLayout.JAVA_BYTE);
        backing(0, 2).copyFrom(backing(0, 5));
        MemorySegment.copy(first, 0, backing(0, 5), ValueLayout.JAVA_BYTE, 0, first.length);
        in(0, 0, CHUNKS);
        assertFalse(Arrays.equals(answers[0], answer(0)), "the comparison with the run offline finds it");
    }

    @Test
    void shouldFailTheTaskWhenItsAddressesAreStale() {
        in(0, 0, CHUNKS);
        device.forget(0);
        assertEquals(Device.FAILED, run(0));
        assertTrue(device.failure().getMessage().startsWith("the memory of 'resnet' at 0x"), device.failure().getMessage());
        assertEquals(0, begun);
        in(1, 0, CHUNKS);
        assertArrayEquals(answers[1], answer(1), "another task runs on");
    }

    @Test
    void shouldAnswerAsOfflineOrFailAfterRandomMoves() {
        System.out.println("seed " + SEED + ", steps " + STEPS);
        final SplittableRandom random = new SplittableRandom(SEED);
        final int[] missing = new int[segments.length];
        Arrays.fill(missing, CHUNKS);
        final long[] addresses = IntStream.range(0, segments.length).mapToLong(slot -> device.addresses(slot)[1]).toArray();
        final int room = (int) ((MEMORY.capacityBytes() - Arrays.stream(FOOTPRINTS).sum() * MIB) / MIB) + segments.length - 1
            + segments.length * CHUNKS;
        int answered = 0;
        int refused = 0;
        for (int step = 0; step < STEPS; step++) {
            final int slot = random.nextInt(segments.length);
            final int resident = segments.length * CHUNKS - Arrays.stream(missing).sum();
            final String at = "seed " + SEED + ", step " + step;
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    final int count = Math.min(missing[slot], room - resident);
                    if (count > 0) {
                        final int some = random.nextBoolean() ? count : random.nextInt(1, count + 1);
                        in(slot, missing[slot] - some, some);
                        missing[slot] -= some;
                    }
                }
                case 2 -> {
                    if (missing[slot] < CHUNKS) {
                        final int count = random.nextInt(1, CHUNKS - missing[slot] + 1);
                        out(slot, missing[slot], count);
                        missing[slot] += count;
                    }
                }
                default -> {
                    if (missing[slot] > 0) {
                        assertEquals(Device.FAILED, run(slot), at);
                        refused++;
                    } else {
                        assertArrayEquals(answers[slot], answer(slot), at);
                        answered++;
                    }
                }
            }
            final ChunkRegion region = device.region(slot);
            assertEquals(addresses[slot], region.address(), at);
        }
        assertTrue(answered > 0 && refused > 0, answered + " answered, " + refused + " refused");
    }
}
