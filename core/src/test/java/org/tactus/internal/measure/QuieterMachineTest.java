// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What to change on a machine, by machines that are made up. */
class QuieterMachineTest {
    @TempDir
    private Path root;

    private void file(final String name, final String text) throws IOException {
        final Path path = root.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** A machine on which nothing is left to change for core 1. */
    private void quiet() throws IOException {
        file("sys/devices/system/cpu/isolated", "1-3\n");
        file("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t0-3\n");
        file("proc/irq/9/smp_affinity_list", "0\n");
        file("proc/irq/24/smp_affinity_list", "0,2-3\n");
        file("proc/interrupts", "           CPU0       CPU1\n  9:         5          0  x\n");
        file("proc/uptime", "100.00 50.00\n");
        file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
        file("sys/devices/system/cpu/cpu1/cpuidle/state0/latency", "0\n");
        file("sys/devices/system/cpu/cpu1/cpuidle/state1/latency", "133\n");
        file("sys/devices/system/cpu/cpu1/cpuidle/state1/disable", "1\n");
        file("proc/sys/kernel/sched_rt_runtime_us", "-1\n");
        file("proc/sys/kernel/sched_rt_period_us", "1000000\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        file("proc/swaps", "Filename Type Size Used Priority\n");
        file("proc/sys/kernel/numa_balancing", "0\n");
        file("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1\n");
        file("proc/self/cgroup", "0::/a\n");
        file("sys/fs/cgroup/a/cpu.max", "max 100000\n");
        file("proc/stat", "cpu  1 1 1 1 1 1 1 1\ncpu1 10 0 10 980 0 0 0 0 0 0\n");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    }

    private void assertAdvice(final String about, final String... words) {
        final Map<String, String> advice = QuieterMachine.advice(root, 1);
        assertEquals(List.of(about), List.copyOf(advice.keySet()), "the rest is quiet");
        for (final String word : words) {
            assertTrue(advice.get(about).contains(word), advice.get(about));
        }
    }

    @Test
    void shouldSayNothingWhenNothingIsLeftToChange() throws IOException {
        quiet();
        assertEquals(Map.of(), QuieterMachine.advice(root, 1));
    }

    @Test
    void shouldSayNothingWhenTheSystemTellsNothing() {
        assertEquals(Map.of(), QuieterMachine.advice(root, 1));
    }

    @Test
    void shouldNameWhatComesToTheCore() throws IOException {
        quiet();
        file("sys/devices/system/cpu/isolated", "\n");
        assertAdvice("isolated cores", "core 1 is none", "isolcpus=managed_irq,domain,1", "below 100 us");
        quiet();
        file("proc/self/status", "Cpus_allowed_list:\t0,2\n");
        assertAdvice("cpuset", "cores 0,2 alone");
        quiet();
        file("proc/irq/24/smp_affinity_list", "0-1\n");
        for (final int irq : new int[] {25, 26, 28, 101}) {
            file("proc/irq/" + irq + "/smp_affinity_list", "1\n");
        }
        file("proc/interrupts", "           CPU0       CPU1\n  9:         5          700  x\nLOC:  1 800 timer\n");
        assertAdvice("interrupts", "5 of them", "served 15 a second", "write 0, ",
            "/proc/irq/N/smp_affinity_list for each N of 24-26, 28, 101, and");
    }

    @Test
    void shouldNameWhatMakesTheCoreSlow() throws IOException {
        quiet();
        file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
        file("sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_min_freq", "800000\n");
        file("sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq", "4000000\n");
        assertAdvice("governor", "'powersave'", "up to 5.0 times slower");
        quiet();
        file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
        file("sys/devices/system/cpu/cpu1/cpuidle/state1/disable", "0\n");
        assertAdvice("idle states", "wakes 133 us late");
        quiet();
        file("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,5\n");
        assertAdvice("SMT sibling", "with 1,5", "twice");
        quiet();
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
        assertAdvice("clock", "'hpet'");
    }

    @Test
    void shouldNameWhatStopsTheProcess() throws IOException {
        quiet();
        file("proc/sys/kernel/sched_rt_runtime_us", "950000\n");
        assertAdvice("throttling", "950ms of each 1s", "stopped for 50ms");
        quiet();
        file("sys/fs/cgroup/a/cpu.max", "40000 100000\n");
        assertAdvice("quota", "40ms of each 100ms", "for up to 60ms");
        quiet();
        file("proc/stat", "cpu1 10 0 10 970 0 0 0 10 0 0\n");
        assertAdvice("hypervisor", "1.00 % of core 1");
    }

    @Test
    void shouldNameWhatMemoryCosts() throws IOException {
        quiet();
        file("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
        assertAdvice("huge pages", "madvise");
        quiet();
        file("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n");
        assertAdvice("swap", "swapoff");
        quiet();
        file("proc/sys/kernel/numa_balancing", "1\n");
        assertAdvice("NUMA balancing", "numa_balancing=0");
    }

    @Test
    void shouldReadThisMachine() {
        assertFalse(QuieterMachine.advice(0).containsValue(""), QuieterMachine.advice(0).toString());
    }
}
