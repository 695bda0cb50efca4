// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.event.Allocation;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.Fixtures;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.result.TaskResult;

@Timeout(60)
class TaskCountsTest {
    private static final long ZERO_NS = 1L << 41;
    private static final int FIRST = 7;

    private static CounterBlock block(final TaskSet set) {
        final var layout = new CountersFile.Layout(8, 4, 0);
        final CounterBlock block = new CounterBlock(new UnsafeBuffer(ByteBuffer.allocateDirect(
            CounterBlock.requiredBytes(set.platform().devices().size(), layout))), set.platform(), layout, 1);
        block.zero(ZERO_NS);
        return block;
    }

    private static void job(final CounterBlock block, final int generation, final long responseNs) {
        block.onTaskEvent(EventType.RELEASE, ZERO_NS, 0, 0, generation, 0, 0, ZERO_NS);
        block.onTaskEvent(EventType.COMPLETE, ZERO_NS + responseNs, 0, 0, generation, 0, 0, ZERO_NS);
    }

    @Test
    void shouldTellWhatWasCountedSoFarAndKeepItWhenAnotherTaskGetsTheRecord() {
        final CounterBlock block = block(Fixtures.SET);
        final Task task = Fixtures.SET.tasks().getFirst();
        block.define(0, FIRST, task, OptionalLong.empty());
        assertTrue(block.view(0, FIRST + 1).isEmpty(), "another task");
        final TaskCounts counts = block.view(0, FIRST).orElseThrow();
        assertEquals(-1, counts.quantileNs(0.5));
        assertEquals(-1, counts.maxNs());
        for (int i = 1; i <= 100; i++) {
            job(block, FIRST, i * 1000L);
        }
        block.onTaskEvent(EventType.MISS, ZERO_NS + 1, 0, 0, FIRST, 0, 0, 1);
        assertTrue(counts.isLive());
        for (int look = 0; look < 2; look++) {
            assertEquals(100, counts.jobs());
            assertEquals(1, counts.misses());
            assertEquals(1000, counts.minNs());
            assertEquals(100_000, counts.maxNs());
            assertEquals(100_000, counts.lastNs());
            assertTrue(counts.quantileNs(0.5) >= 50_000 && counts.quantileNs(0.5) <= 51_600, "p50 " + counts.quantileNs(0.5));
            assertEquals(100_000, counts.quantileNs(1), "never beyond the exact largest");
            if (look == 0) { // the second look is at a copy
                block.define(0, FIRST + 1, Fixtures.SET.tasks().get(1), OptionalLong.empty());
                job(block, FIRST + 1, 7);
            }
        }
        assertFalse(counts.isLive());
        assertEquals(1, block.view(0, FIRST + 1).orElseThrow().jobs());
        job(block, FIRST, 200_000); // its event comes late
        assertEquals(101, counts.jobs());
        assertEquals(200_000, counts.maxNs());
        assertEquals(1, block.view(0, FIRST + 1).orElseThrow().jobs());
        assertEquals(0, block.reader().devices().getFirst().present(), "who has left a device does so also when its record is another's");
    }

    @Test
    void shouldTellTheSameOfATaskThatWasGoneBeforeTheFirstLook() {
        final Histogram responses = new Histogram(1, 1L << 40, 3);
        for (int i = 1; i <= 100; i++) {
            responses.recordValue(i * 1000L);
        }
        final TaskCounts counts = TaskCounts.of(new TaskResult.Counts(101, 100, 0, 1, 2, 3, 4, 1000, 100_000), responses);
        assertFalse(counts.isLive());
        assertEquals(101, counts.released());
        assertEquals(1, counts.aborted());
        assertEquals(2, counts.skipped());
        assertEquals(3, counts.misses());
        assertEquals(4, counts.overruns());
        assertEquals(-1, counts.lastNs(), "nobody has kept it");
        assertEquals(-1, counts.mostResidentBytes(), "nobody has kept it");
        assertEquals(0, counts.residentBytes());
        assertTrue(counts.quantileNs(0.5) >= 50_000 && counts.quantileNs(0.5) <= 51_700, "p50 " + counts.quantileNs(0.5));
    }

    @Test
    void shouldAllocateNothingWhenLookedAt() {
        final CounterBlock block = block(Fixtures.SET);
        block.define(0, FIRST, Fixtures.SET.tasks().getFirst(), OptionalLong.empty());
        job(block, FIRST, 5000);
        final TaskCounts counts = block.view(0, FIRST).orElseThrow();
        final long[] sum = new long[1];
        assertEquals(0, Allocation.bytes(() -> {
            for (int i = 0; i < 50; i++) {
                sum[0] += counts.quantileNs(0.99) + counts.jobs() + counts.maxNs() + counts.residentBytes();
            }
        }));
        assertTrue(sum[0] > 0);
    }

    /** The reader must never see a word of the next task, whose responses are all longer. */
    @Test
    void shouldNeverShowAnotherTaskWhenTheRecordIsGivenAwayMeanwhile() throws InterruptedException {
        final CounterBlock block = block(Fixtures.SET);
        for (int round = 0; round < 2000; round++) {
            final int generation = FIRST + 2 * round;
            block.define(0, generation, Fixtures.SET.tasks().getFirst(), OptionalLong.empty());
            job(block, generation, 1000);
            final TaskCounts counts = block.view(0, generation).orElseThrow();
            final AtomicReference<String> wrong = new AtomicReference<>();
            final Thread reader = Thread.ofPlatform().start(() -> {
                for (int look = 0; look < 50; look++) {
                    final long maxNs = counts.maxNs();
                    final long jobs = counts.jobs();
                    if (maxNs != 1000 || jobs != 1) {
                        wrong.set(jobs + " jobs, max " + maxNs);
                    }
                }
            });
            block.define(0, generation + 1, Fixtures.SET.tasks().get(1), OptionalLong.empty());
            job(block, generation + 1, 2000);
            job(block, generation + 1, 2000);
            reader.join();
            assertEquals(null, wrong.get());
        }
    }

    @Test
    void shouldFollowWhichBytesAreInMemoryWhenChunksMove() {
        final TaskSet set = TaskSet.builder("swapped").device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0)))
            .task("a", t -> t.periodNs(100).segment("gpu0", 1).memory(new TaskMemory(105, OptionalLong.of(60), Optional.empty())))
            .task("b", t -> t.periodNs(100).segment("gpu0", 1).memory(new TaskMemory(50, OptionalLong.of(20), Optional.empty()))).build();
        final CounterBlock block = block(set);
        block.define(0, 1, set.tasks().get(0), OptionalLong.empty());
        block.define(1, 2, set.tasks().get(1), OptionalLong.empty());
        final TaskCounts a = block.view(0, 1).orElseThrow();
        assertEquals(45, a.residentBytes(), "what stays; the swap volume begins outside");
        assertEquals(105, a.mostResidentBytes());
        block.onTaskEvent(EventType.SWAP_IN, ZERO_NS + 1, 0, 0, 1, 5, -1, 6);
        assertEquals(45, a.residentBytes(), "not before the move has ended");
        block.onTaskEvent(EventType.SWAP_END, ZERO_NS + 2, 0, 0, 1, 5, -1, 6);
        assertEquals(105, a.residentBytes());
        block.onTaskEvent(EventType.SWAP_OUT, ZERO_NS + 3, 0, 0, 1, 0, -1, 4);
        block.onTaskEvent(EventType.SWAP_END, ZERO_NS + 4, 0, 0, 1, 0, -1, 4);
        assertEquals(65, a.residentBytes());
        assertEquals(30, block.view(1, 2).orElseThrow().residentBytes());
        block.onTaskEvent(EventType.SWAP_OUT, ZERO_NS + 5, 0, 0, 1, 4, -1, 2); // and beside it another one comes in
        block.onTaskEvent(EventType.SWAP_IN, ZERO_NS + 5, 0, 1, 2, 0, -1, 2);
        block.onTaskEvent(EventType.SWAP_END, ZERO_NS + 6, 0, 0, 1, 4, -1, 2);
        block.onTaskEvent(EventType.SWAP_END, ZERO_NS + 7, 0, 1, 2, 0, -1, 2);
        assertEquals(45, a.residentBytes());
        assertEquals(50, block.view(1, 2).orElseThrow().residentBytes());
        block.onTaskEvent(EventType.STOP, ZERO_NS + 5, 0, 0, 1, 0, -1, 0);
        assertEquals(0, a.residentBytes());
    }

    @Test
    void shouldSayThatNoTaskRunsWhenTheRunHasEnded() {
        final CounterBlock block = block(Fixtures.SET);
        block.define(0, FIRST, Fixtures.SET.tasks().getFirst(), OptionalLong.empty());
        job(block, FIRST, 5000);
        final TaskCounts counts = block.view(0, FIRST).orElseThrow();
        assertTrue(counts.isLive());
        block.end();
        assertFalse(counts.isLive());
        assertEquals(1, counts.jobs());
        assertEquals(5000, counts.lastNs());
        block.end();
        assertEquals(5000, counts.maxNs());
    }

    /** The event of its end may be lost, and its record goes to another task all the same. */
    @Test
    void shouldHaveNothingInMemoryWhenTheTaskIsGoneAndNoEventHasSaidSo() {
        final DeviceMemory memory = new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0);
        final TaskSet set = TaskSet.builder("swapped").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .device(DeviceSpec.modelled("gpu1").withMemory(memory)).device(DeviceSpec.modelled("acc0"))
            .task("a", t -> t.periodNs(100).segment("gpu0", 1).memory(new TaskMemory(105, OptionalLong.of(60), Optional.empty())))
            .task("b", t -> t.periodNs(100).segment("gpu1", 1).memory(new TaskMemory(50, OptionalLong.of(20), Optional.empty())))
            .task("c", t -> t.periodNs(100).segment("acc0", 1)).build();
        for (final Task next : set.tasks().subList(1, 3)) {
            final CounterBlock block = block(set);
            block.define(0, 1, set.tasks().getFirst(), OptionalLong.empty());
            final TaskCounts a = block.view(0, 1).orElseThrow();
            assertEquals(45, a.residentBytes());
            assertEquals(45, block.reader().devices().getFirst().residentBytes());
            block.onTaskEvent(EventType.SWAP_IN, ZERO_NS + 1, 0, 0, 1, 5, -1, 6);
            block.define(0, 2, next, OptionalLong.empty());
            assertEquals(0, a.residentBytes());
            assertEquals(105, a.mostResidentBytes(), "what it would have is known");
            assertEquals(0, block.reader().devices().getFirst().residentBytes(), "before " + next.name());
        }
    }
}
