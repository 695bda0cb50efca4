// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class SimulatorSpeedTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** The aim is a million a second of processor time; the gate is a fifth of it, since a build shares its caches. */
    @Test
    void shouldCompleteSegmentsFastWhenWarm() {
        final TaskSetBuilder builder = TaskSet.builder("speed").device(DeviceSpec.modelled("c")).device(DeviceSpec.modelled("g"));
        for (int i = 0; i < 10; i++) {
            final int period = 1_000_000 + 137_000 * i;
            builder.task("t" + i, t -> t.periodNs(period).jitterNs(1000)
                .segment("c", 10_000).segment("g", 20_000).segment("g", 15_000).segment("c", 5_000));
        }
        final TaskSet set = builder.build();
        final Simulator simulator = new Simulator();
        double best = 0;
        for (int round = 0; round < 4; round++) {
            final long beginNs = THREADS.getCurrentThreadCpuTime();
            simulator.maxResponses(set, SimulationOptions.worstCase(round, 10_000_000_000L));
            best = Math.max(best, simulator.segmentCount() / ((THREADS.getCurrentThreadCpuTime() - beginNs) * 1e-9));
        }
        System.out.printf("%.2f million segment completions a second%n", best * 1e-6);
        assertTrue(best > 200_000, "completions a second: " + best);
    }
}
