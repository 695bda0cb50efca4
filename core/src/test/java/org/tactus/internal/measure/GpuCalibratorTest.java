// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.cuda.software.Inventory;
import org.tactus.bindings.cuda.software.SoftwareCuda;
import org.tactus.bindings.cuda.software.SoftwareSettings;
import org.tactus.format.GpuCalibration;
import org.tactus.format.GpuCalibration.ChunkCost;

class GpuCalibratorTest {
    private static final long MEBI = 1 << 20;

    @Test
    void shouldMeasureAtLeastWhatTheSoftwareDriverCostsAndGiveEverythingBack() {
        final SoftwareSettings settings = SoftwareSettings.PCIE4;
        try (SoftwareCuda software = SoftwareCuda.open(settings)) {
            final GpuCalibration measured;
            try (GpuRig rig = new GpuRig(software.driver().gpus().getFirst())) {
                final List<String> parts = new ArrayList<>();
                measured = new GpuCalibrator(rig, List.of(2 * MEBI, 4 * MEBI), 4 * MEBI, 1, 100).measure(parts::add);
                assertEquals(4, parts.size());
            }
            assertEquals(software.driver().toString(), measured.driver());
            assertEquals(2, measured.chunks().size());
            for (final ChunkCost cost : measured.chunks()) {
                final long copyNs = cost.chunkBytes() * 1_000_000_000L / settings.inBytesPerSecond();
                assertTrue(cost.inNs() >= copyNs + settings.mapNs() + settings.accessNs()
                    && cost.outNs() >= copyNs + settings.unmapNs() && cost.dropNs() >= settings.unmapNs(), cost.toString());
                assertTrue(cost.duplexInNs() >= cost.inNs() + settings.unmapNs()
                    && cost.duplexOutNs() >= cost.outNs() + settings.mapNs() + settings.accessNs()
                    && cost.duplexDropNs() >= settings.unmapNs() + settings.mapNs() + settings.accessNs()
                    && cost.duplexDropNs() <= cost.duplexOutNs(), cost.toString());
                assertTrue(cost.usualInNs() <= cost.inNs() && cost.usualOutNs() <= cost.outNs(), cost.toString());
            }
            assertTrue(measured.swapInOverheadNs() >= settings.mapNs() + settings.accessNs() + settings.unmapNs());
            assertTrue(measured.swapOutOverheadNs() >= settings.unmapNs());
            assertEquals(Inventory.NOTHING, software.inventory());
        }
    }

    @Test
    void shouldChooseTheLeastChunkWhoseCostAByteIsNearTheBest() {
        assertEquals(8 * MEBI, GpuCalibrator.recommended(List.of(cost(2, 240), cost(4, 440), cost(8, 832), cost(16, 1600))));
        assertEquals(2 * MEBI, GpuCalibrator.recommended(List.of(cost(2, 200), cost(4, 400), cost(8, 850))));
        assertEquals(2 * MEBI, GpuCalibrator.recommended(List.of(cost(2, 1))));
    }

    private static ChunkCost cost(final long mebi, final long usualNs) {
        return new ChunkCost(mebi * MEBI, 10_000, 10_000, 1, 0, 0, 0, usualNs, usualNs);
    }
}
