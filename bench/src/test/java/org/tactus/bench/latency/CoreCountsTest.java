// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreCountsTest {
    /** Core 1 is off line, so the second column is core 2's. */
    private static final String INTERRUPTS = """
                       CPU0       CPU2
             24:          1          7  IO-APIC   5-edge      ACPI:Ged
            RES:        100        200   Rescheduling interrupts
            CAL:         30         40   Function call interrupts
            TLB:          5          6   TLB shootdowns
            ERR:          0
            """;

    @TempDir
    private Path folder;

    private void thread(final int number, final String name, final int minor, final int major, final int lost, final long waited)
        throws IOException {
        final Path thread = Files.createDirectories(folder.resolve("self/task/" + number));
        Files.writeString(thread.resolve("comm"), name + "\n");
        Files.writeString(thread.resolve("status"),
            "voluntary_ctxt_switches:\t999\nnonvoluntary_ctxt_switches:\t" + lost + "\n");
        Files.writeString(thread.resolve("schedstat"), "12345 " + waited + " 77\n");
        Files.writeString(thread.resolve("stat"), number + " (a (b) c) S 1 1 1 0 -1 4194304 " + minor + " 0 " + major + " 0 5 5\n");
    }

    @Test
    void shouldAddUpTheThreadsOfANameAndTheCoreWhenTheSystemCounts() throws IOException {
        Files.writeString(folder.resolve("interrupts"), INTERRUPTS);
        thread(7, "tactus-cpu0", 3, 1, 2, 1000);
        thread(8, "tactus-cpu1", 10, 0, 20, 500);
        thread(9, "tactus-monitor", 1000, 1000, 1000, 1000);
        final Path log = Files.writeString(folder.resolve("log"), """
            [1ns] Handshake "Deoptimize", Targeted threads: 10, Executed by requesting thread: 10, Total completion time: 20030 ns
            [2ns] Safepoint "RedefineClasses", Time since last: 1 ns, Reaching safepoint: 1 ns, At safepoint: 1 ns, Total: 3 ns
            [3ns] Safepoint "PrintThreads", Time since last: 1 ns, Reaching safepoint: 1 ns, At safepoint: 1 ns, Total: 3 ns
            """);
        final CoreCounts counts = CoreCounts.now(folder, 2, "tactus-cpu", log);
        assertEquals(new CoreCounts(2, 1, 40, 6, 200, 22, 1500, 14), counts);
        assertEquals(counts, CoreCounts.parse(counts.word()));
        assertEquals(new CoreCounts(0, 0, 0, 0, 0, 0, 0, 0), counts.minus(counts));
        assertEquals(counts, counts.plus(counts).minus(counts));
    }

    @Test
    void shouldCountNothingWhenTheMachineHasNoSuchInterruptOrCore() {
        assertEquals(0, CoreCounts.interrupts(INTERRUPTS, "IWI", 0));
        assertEquals(0, CoreCounts.interrupts(INTERRUPTS, "RES", 1));
        assertEquals(100, CoreCounts.interrupts(INTERRUPTS, "RES", 0));
    }
}
