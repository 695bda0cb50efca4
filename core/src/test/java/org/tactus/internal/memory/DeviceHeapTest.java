// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.software.DriverTraits;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.bindings.onnxruntime.DeviceAllocator;
import org.tactus.bindings.onnxruntime.OnnxAllocator;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.network.SegmentedModel;

class DeviceHeapTest {
    private static final long MIB = 1 << 20;

    private SoftwareCuda software;
    private DeviceHeap heap;

    @BeforeEach
    void open() {
        // A runtime for processors allocates here in place of one for GPUs, so the host must see the memory.
        software = SoftwareCuda.open(SoftwareSettings.INSTANT.withMemory(64 * MIB, 1 << 16).withTraits(DriverTraits.NONE));
        final CudaGpu gpu = software.driver().gpus().getFirst();
        final long context = gpu.retainContext();
        gpu.makeCurrent(context);
        heap = new DeviceHeap(gpu, context, 32 * MIB);
    }

    @AfterEach
    void close() {
        heap.close();
        assertEquals(Inventory.NOTHING, software.inventory());
        software.close();
    }

    /** Blocks that are held never overlap, each holds what was written to it, and freed memory is used again. */
    @Test
    void shouldKeepBlocksApartWhateverIsAllocatedAndFreed() {
        final long seed = 20_261_126;
        final SplittableRandom random = new SplittableRandom(seed);
        final Map<Long, long[]> held = new HashMap<>();
        final List<Long> order = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (order.size() < 40 && random.nextBoolean()) {
                final long bytes = random.nextLong(1, random.nextBoolean() ? 600_000 : 9_000);
                final long address = heap.allocate(bytes);
                assertTrue(address != 0 && address % 256 == 0, "seed " + seed + ", step " + step);
                final long last = (bytes - 1) / Long.BYTES * Long.BYTES;
                CudaMemory.view(address, last + Long.BYTES).set(ValueLayout.JAVA_LONG, 0, ~step);
                CudaMemory.view(address, last + Long.BYTES).set(ValueLayout.JAVA_LONG, last, step);
                assertTrue(held.put(address, new long[] {last, step}) == null, "given out twice, seed " + seed);
                order.add(address);
            } else if (!order.isEmpty()) {
                final long address = order.remove(random.nextInt(order.size()));
                final long[] block = held.remove(address);
                assertEquals(block[1], CudaMemory.view(address, block[0] + Long.BYTES).get(ValueLayout.JAVA_LONG, block[0]),
                    "seed " + seed);
                heap.free(address);
            }
        }
        assertTrue(heap.mappedBytes() <= 32 * MIB);
    }

    @Test
    void shouldAnswerZeroWhenThereIsNoMore() {
        assertEquals(0, heap.allocate(33 * MIB));
        assertEquals(0, heap.allocate(-1));
        final long most = heap.allocate(20 * MIB);
        assertTrue(most != 0);
        assertEquals(0, heap.allocate(20 * MIB));
        heap.free(most);
        assertEquals(most, heap.allocate(20 * MIB));
        heap.free(0);
    }

    @Test
    void shouldGiveEachBlockToOneThreadWhenSeveralAllocate() throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        final AtomicLong wrong = new AtomicLong();
        for (int t = 0; t < 4; t++) {
            final long mark = t + 1;
            threads.add(Thread.ofPlatform().start(() -> {
                final long[] mine = new long[8];
                for (int step = 0; step < 40_000; step++) {
                    final int at = step % mine.length;
                    if (mine[at] != 0) {
                        wrong.addAndGet(CudaMemory.view(mine[at], Long.BYTES).get(ValueLayout.JAVA_LONG, 0) == mark ? 0 : 1);
                        heap.free(mine[at]);
                    }
                    mine[at] = heap.allocate(5_000);
                    CudaMemory.view(mine[at], Long.BYTES).set(ValueLayout.JAVA_LONG, 0, mark);
                }
            }));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, wrong.get());
    }

    /** The processor's sessions take the same way as a GPU's: weights and intermediate values lie in memory of ours. */
    @Test
    void shouldHoldWhatARuntimeAllocatesWhenItIsRegistered() {
        final List<float[]> answers = new ArrayList<>();
        final AtomicLong allocated = new AtomicLong();
        final DeviceAllocator counting = new DeviceAllocator() {
            @Override
            public long allocate(final long bytes) {
                allocated.incrementAndGet();
                return heap.allocate(bytes);
            }

            @Override
            public void free(final long address) {
                heap.free(address);
            }
        };
        try (OnnxAllocator registered = OnnxRuntime.find().orElseThrow().register("Cpu", 0, counting)) {
            for (final OnnxOptions options : List.of(OnnxOptions.SINGLE_THREAD, OnnxOptions.SINGLE_THREAD.withSharedAllocator())) {
                try (SegmentedModel model = SegmentedModel.create(ModelZoo.generate("resnet", "small", 1), 2, options)) {
                    model.fillInputs(3);
                    for (int run = 0; run < 5; run++) {
                        model.run(0);
                        model.run(1);
                    }
                    final long mapped = heap.mappedBytes();
                    assertEquals(options.sharedAllocator(), mapped > 0, registered.toString());
                    for (int run = 0; run < 20; run++) {
                        model.run(0);
                        model.run(1);
                    }
                    assertEquals(mapped, heap.mappedBytes(), "the same run needs no more");
                    answers.add(model.tensor("output").toArray(ValueLayout.JAVA_FLOAT));
                }
            }
        }
        assertTrue(allocated.get() > 0);
        assertArrayEquals(answers.get(0), answers.get(1));
    }
}
