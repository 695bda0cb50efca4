// SPDX-License-Identifier: Apache-2.0
package org.tactus.examples;

import org.tactus.Tactus;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Builds a GPU of 96 MiB and two tasks of 64 MiB, which take turns in it in chunks of 2 MiB; asks the analysis with and without a swap
 * volume, and runs on a GPU that this process plays.
 */
public final class SwappedMemory {
    private static final long MIB = 1 << 20;
    private static final long US = 1_000;
    private static final long MS = 1_000_000;

    private SwappedMemory() {
    }

    private static TaskSet set(final TaskMemory each) {
        final DeviceMemory memory = DeviceMemory.ofBytes(96 * MIB)
            .withChunks(2 * MIB, 700 * US, 700 * US)        // bringing one in and taking one out, at most
            .withChunkDropNs(450 * US)                      // constants need not be copied back
            .withSwapOverheadsNs(500 * US, 500 * US);
        return TaskSet.builder("two-large").overheads(new Overheads(300 * US, 100 * US, 0, 100 * US, 0))
            .device(DeviceSpec.softwareGpu("gpu0").withMemory(memory))
            .task("near", t -> t.periodNs(200 * MS).memory(each).segment("gpu0", 5 * MS))
            .task("far", t -> t.periodNs(800 * MS).memory(each).segment("gpu0", 20 * MS))
            .build();
    }

    /**
     * Runs for two seconds.
     *
     * @param arguments none
     * @throws InterruptedException when interrupted meanwhile
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final TaskMemory whole = TaskMemory.ofBytes(64 * MIB).withClasses(16 * MIB, 0);     // 16 MiB scratch, no state, 48 MiB constants
        System.out.println("never swapped: " + Tactus.analyze(set(whole)).reason());
        final TaskSet set = set(whole.withSwapBytes(32 * MIB));
        final Verdict verdict = Tactus.analyze(set);
        System.out.println("32 MiB of each may be out: " + (verdict.schedulable() ? "schedulable by " + verdict.test() : verdict.reason()));
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(set))) {
            Thread.sleep(2000);
            System.out.print(tactus.stop());
        }
    }
}
