// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** The policy allows background moves by the swap times that the analysis charges: of one segment they are the same, one way or both. */
class SwapCostsTest {
    private static final long SEED = Long.getLong("tactus.property.seed", 20261129L);
    private static final int CHUNK = 10;

    @Test
    void shouldChargeWhatTheAnalysisChargesWhateverIsCopiedAndDropped() {
        long both = 0;
        for (long seed = SEED; seed < SEED + 2000; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final long outNs = random.nextLong(1, 6);
            final DeviceMemory alone = new DeviceMemory(1000, CHUNK, SwapProtocol.SEQ, random.nextLong(1, 6), outNs, random.nextLong(4),
                random.nextLong(4)).withChunkDropNs(random.nextLong(1, outNs + 1));
            final boolean duplex = random.nextBoolean();
            final long pairedOutNs = outNs + random.nextLong(4);
            final DeviceMemory memory = !duplex ? alone : alone.withDuplex(new DeviceMemory.Duplex(
                alone.chunkInNs() + random.nextLong(4), pairedOutNs, Math.min(pairedOutNs, alone.chunkDropNs() + random.nextLong(3))));
            final Overheads machine = new Overheads(0, random.nextLong(4), 0, random.nextLong(4), 0);
            final var builder = TaskSet.builder("costs").overheads(machine).device(DeviceSpec.modelled("gpu0").withMemory(memory));
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                final long chunks = random.nextLong(0, 6);
                final long state = random.nextLong(0, chunks + 1);
                builder.task("t" + i, task -> task.periodNs(1000).segment("gpu0", 7).memory(new TaskMemory(
                    chunks * CHUNK + 1, OptionalLong.of(chunks * CHUNK), Optional.empty(), 0, state * CHUNK + 1)));
            }
            final TaskSet set = builder.build();
            long swapping = 0;
            long states = 0;
            long constants = 0;
            for (final Task task : set.tasks()) {
                final SwapRegion region = SwapRegion.of(task, memory);
                swapping += region.chunks() > 0 ? 1 : 0;
                states += region.stateChunks();
                constants += region.constantChunks();
            }
            final SwapCosts costs = SwapCosts.of(memory, machine);
            final long[] unitNs = SwapAnalysis.unitNs(set);
            for (int i = 0; i < unitNs.length; i++) {
                final SwapRegion region = SwapRegion.of(set.tasks().get(i), memory);
                assertEquals(unitNs[i] - 7 - machine.dispatchNs() - machine.completionNs(), costs.jobNs(
                    region.chunks(), region.chunks(), swapping - 1, states - region.stateChunks(),
                    constants - region.constantChunks(), states > 0), "seed " + seed + ' ' + set);
                both += duplex && region.chunks() > 0 && swapping > 1 ? 1 : 0;
                for (long evictions = 0; evictions < region.chunks(); evictions++) {
                    assertTrue(costs.jobNs(region.chunks(), evictions, swapping - 1, states, constants, states > 0)
                        <= costs.jobNs(region.chunks(), evictions + 1, swapping - 1, states, constants, states > 0), "more free chunks");
                }
            }
        }
        assertTrue(both > 500, both + " tasks");
    }
}
