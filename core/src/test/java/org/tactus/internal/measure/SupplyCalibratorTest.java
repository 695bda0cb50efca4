package org.tactus.internal.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.linux.RealTime;
import org.tactus.format.CurveCalibration;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.supply.StallTrace;

class SupplyCalibratorTest {
    @Test
    void shouldLearnACurveOfEachCoreAndOfBothWhenTheyAreWatched() throws InterruptedException {
        final List<Integer> online = RealTime.onlineCores();
        final List<Integer> cores = online.subList(0, Math.min(2, online.size()));
        final SupplyCalibrator calibrator = new SupplyCalibrator(new RealTimeSetup(false), cores, 1_500);
        final List<CurveCalibration> measured = calibrator.measure(300_000_000L);
        assertEquals(cores.size() == 1 ? 1 : cores.size() + 1, measured.size());
        for (final CurveCalibration known : measured) {
            assertEquals(6 * Sentinel.WATCHED_NS, known.learntNs());
            assertTrue(known.within() >= 0 && known.within() <= 1);
            for (long window = 10_000; window < 2_000_000_000L; window = 2 * window) {
                final long both = Math.min(window, measured.getLast().curve().awayNs(window));
                final long one = Math.min(window, known.curve().awayNs(window));
                assertTrue(one <= both, "a core is a part of all, window " + window + ": " + one + " of " + both);
            }
        }
        assertTrue(measured.getFirst().causes().containsKey("granted"), measured.getFirst().causes().toString());
        assertTrue(calibrator.share().share() >= 0 && calibrator.share().share() <= 1);
    }

    @Test
    void shouldSeeAGapWhenTheThreadWasAway() {
        final Sentinel sentinel = new Sentinel(5_000);
        // A cycle whose begin has long passed is one gap from its begin on, cut where its watched part ends.
        sentinel.watch(System.nanoTime() - Sentinel.CYCLE_NS, 1);
        final StallTrace missed = sentinel.trace();
        assertEquals(Sentinel.WATCHED_NS, missed.spanNs());
        assertEquals(Sentinel.WATCHED_NS, missed.totalNs());
        sentinel.watch(System.nanoTime() - 30_000_000L, 1);
        assertTrue(sentinel.trace().longestNs() >= 30_000_000L, "it came 30 ms late");
        assertEquals(0, sentinel.trace().beginNs(0));
    }

    @Test
    void shouldTellWhatTheCpuClockKnowsWhenItIsHeldAgainstTheGaps() {
        final StallTrace trace = StallTrace.of(new long[] {10}, new long[] {30}, 1, 100);
        assertEquals("100 %", SupplyCalibrator.known(trace, 80));
        assertEquals("50 %", SupplyCalibrator.known(trace, 90));
        assertEquals("0 %", SupplyCalibrator.known(trace, 101));
    }

    /** Samples of 1,000 to 2,000 ns, of which a known share is hit by stalls of 50 us and more. */
    @Test
    void shouldLeaveOutTheSlowestWhenStallsHitSamples() {
        final long[] begins = new long[1_000];
        Arrays.setAll(begins, i -> i * 1_000_000L);
        final long[] ends = Arrays.stream(begins).map(ns -> ns + 20_000).toArray();
        final StallShare share = StallShare.of(StallTrace.of(begins, ends, begins.length, 1_000_000_000L));
        assertEquals(0.02, share.share(), 1e-9);
        assertEquals(0.03, share.hit(10_000), 1e-9, "stalls of 20 us each ms, met by what takes 10 us");
        final SplittableRandom random = new SplittableRandom(7);
        final long[] samples = new long[100_000];
        Arrays.setAll(samples, i -> random.nextDouble() < 0.021 ? 50_000 + random.nextInt(50_000) : 1_000 + random.nextInt(1_000));
        final long free = share.quantile(samples, 0, 0.999);
        assertTrue(free <= 2_000 && free > 1_950, "free of stalls: " + free);
        final long[] unhit = {5, 1, 3};
        assertEquals(5, new StallShare(0, 0).quantile(unhit, 0, 0.999));
    }

    @Test
    void shouldReadTheSystemsAccountsWhenItKeepsThem() {
        final List<String> stat = List.of("cpu  9 9 9 9 9 9 9 99 0 0", "cpu0 1 2 3 4 5 6 7 8 0 0", "cpu1 1 2 3 4 5 6 7 11 0 0");
        assertEquals(OptionalLong.of(110_000_000L), PlatformAccounts.steal(stat, 1));
        assertEquals(OptionalLong.empty(), PlatformAccounts.steal(stat, 2));
        final List<String> table = List.of("           CPU0       CPU1", "  0:         10        200   IO-APIC timer",
            "LOC:          1          2   Local timer", "ERR:          5");
        assertEquals(OptionalLong.of(202), PlatformAccounts.interrupts(table, 1));
        assertEquals(OptionalLong.of(16), PlatformAccounts.interrupts(table, 0), "a line with one column counts for the first core");
        assertEquals(OptionalLong.empty(), PlatformAccounts.interrupts(table, 3));
    }

    @Test
    void shouldFindQuotasWhenTheyAreInForce(@TempDir final Path root) throws IOException {
        write(root, "proc/self/cgroup", "1:cpu,cpuacct:/old\n0::/a/b\n");
        write(root, "sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
        write(root, "sys/fs/cgroup/a/cpu.max", "95000 100000\n");
        write(root, "sys/fs/cgroup/cpu/old/cpu.cfs_quota_us", "-1\n");
        write(root, "sys/fs/cgroup/cpu/old/cpu.cfs_period_us", "100000\n");
        write(root, "proc/sys/kernel/sched_rt_runtime_us", "950000\n");
        write(root, "proc/sys/kernel/sched_rt_period_us", "1000000\n");
        final List<PlatformQuotas.Quota> quotas = PlatformQuotas.inForce(root);
        assertEquals(2, quotas.size(), quotas.toString());
        assertTrue(quotas.getFirst().what().endsWith("a/cpu.max"), quotas.toString());
        assertEquals("{budget: 95ms, period: 100ms}", quotas.getFirst().curve());
        assertEquals("{budget: 950ms, period: 1s}", quotas.getLast().curve());
        write(root, "sys/fs/cgroup/cpu/old/cpu.cfs_quota_us", "50000\n");
        write(root, "proc/sys/kernel/sched_rt_runtime_us", "-1\n");
        assertEquals(List.of("{budget: 50ms, period: 100ms}", "{budget: 95ms, period: 100ms}"),
            PlatformQuotas.inForce(root).stream().map(PlatformQuotas.Quota::curve).toList());
    }

    private static void write(final Path root, final String name, final String text) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), text);
    }
}
