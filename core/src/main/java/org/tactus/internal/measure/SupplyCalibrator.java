// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tactus.format.CurveCalibration;
import org.tactus.internal.kernel.ThreadSetup;
import org.tactus.internal.supply.CurveLearner;
import org.tactus.internal.supply.StallTrace;
import org.tactus.supply.StallCurve;

/**
 * Measures what the platform takes from each of some cores, and from all of them together: a {@link Sentinel} on each at a dispatcher's
 * priority, all at once, as the dispatchers of a set run.
 *
 * <p>The curve is learnt on the whole stretch. What it is worth is seen beside it: a curve that was learnt on the first two thirds is
 * held against the last.
 */
public final class SupplyCalibrator {
    /** Shorter gaps are not seen, nanoseconds. */
    public static final long THRESHOLD_NS = 5_000;
    private static final long SHORTEST_NS = 10_000;
    private static final long LONGEST_NS = 1_000_000_000;
    private static final int WARM_UP_CYCLES = 4;
    private static final int WARM_UPS = 5;
    private static final long LEAD_NS = 20_000_000;
    private static final long WHOLE = 1_000;

    private final ThreadSetup setup;
    private final List<Integer> cores;
    private final long factor;
    private final Map<Integer, StallTrace> traces = new TreeMap<>();
    private final Map<Integer, Map<String, String>> causes = new TreeMap<>();

    /**
     * Prepares.
     *
     * @param setup  gives threads what the machine permits
     * @param cores  those that may carry a dispatcher, at least one, none twice
     * @param factor by which learnt curves are enlarged, in thousandths
     */
    public SupplyCalibrator(final ThreadSetup setup, final List<Integer> cores, final long factor) {
        this.setup = setup;
        this.cores = List.copyOf(cores);
        this.factor = factor;
    }

    /**
     * Measures. Nine tenths of all the cores' time are taken meanwhile.
     *
     * @param durationNs how long, nanoseconds
     * @return a curve of each core, and of all together where there are several
     * @throws InterruptedException when interrupted meanwhile
     */
    public List<CurveCalibration> measure(final long durationNs) throws InterruptedException {
        final int cycles = (int) Math.max(2, durationNs / Sentinel.CYCLE_NS);
        final long warmUpNs = WARM_UPS * WARM_UP_CYCLES * Sentinel.CYCLE_NS;
        final long epochNs = System.nanoTime() + warmUpNs + 10 * LEAD_NS;
        final List<Thread> threads = new ArrayList<>();
        final List<Throwable> failures = new ArrayList<>();
        for (final int core : cores) {
            threads.add(Thread.ofPlatform().name("tactus-sentinel-" + core).start(() -> {
                try {
                    watch(core, epochNs, cycles);
                } catch (final Throwable e) { // an Error, too: the core would otherwise have no trace, and nobody would know why
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            switch (failures.getFirst()) {
                case final RuntimeException thrown -> throw thrown;
                case final Error thrown -> throw thrown;
                default -> throw new IllegalStateException("a sentinel broke: " + failures.getFirst().getMessage(), failures.getFirst());
            }
        }
        final List<CurveCalibration> measured = new ArrayList<>();
        for (final int core : cores) {
            measured.add(learn(List.of(core), traces.get(core), causes.get(core)));
        }
        if (cores.size() > 1) {
            measured.add(learn(cores, StallTrace.union(List.copyOf(traces.values())), Map.of()));
        }
        return measured;
    }

    /**
     * How often stalls hit, after {@link #measure}.
     *
     * @return by the worst core
     */
    public StallShare share() {
        return traces.values().stream().map(StallShare::of).reduce(StallShare::worse).orElseThrow();
    }

    private void watch(final int core, final long epochNs, final int cycles) {
        final String granted = setup.apply("dispatcher", List.of(core));
        final Sentinel sentinel = new Sentinel(THRESHOLD_NS);
        for (int i = 0; i < WARM_UPS; i++) {
            sentinel.watch(System.nanoTime() + LEAD_NS / 4, WARM_UP_CYCLES);
        }
        final PlatformAccounts before = PlatformAccounts.ofThisThread(core);
        sentinel.watch(Math.max(epochNs, System.nanoTime() + LEAD_NS), cycles);
        final Map<String, String> named = new LinkedHashMap<>(PlatformAccounts.ofThisThread(core).since(before));
        named.put("granted", granted);
        named.put("of the stalled time the thread's CPU clock leaves out", known(sentinel.trace(), sentinel.cpuNs()));
        synchronized (traces) {
            traces.put(core, sentinel.trace());
            causes.put(core, named);
        }
    }

    /** The share of the gaps that the clock of the thread's CPU time knows of: 0 to 100 %. */
    static String known(final StallTrace trace, final long cpuNs) {
        final double share = trace.totalNs() == 0 ? 1 : (double) (trace.spanNs() - cpuNs) / trace.totalNs();
        return Math.round(100 * Math.clamp(share, 0, 1)) + " %";
    }

    private CurveCalibration learn(final List<Integer> of, final StallTrace trace, final Map<String, String> named) {
        final long[] grid = CurveLearner.grid(SHORTEST_NS, LONGEST_NS);
        final StallCurve curve = CurveLearner.learn(trace, grid).scaled(factor, WHOLE);
        final long cutNs = trace.spanNs() / 3 * 2;
        final StallCurve early = CurveLearner.learn(trace.part(0, cutNs), grid).scaled(factor, WHOLE);
        final StallTrace late = trace.part(cutNs, trace.spanNs());
        return new CurveCalibration(of, curve, trace.spanNs(), late.spanNs(), CurveLearner.check(early, late).share(), factor,
            trace.longestNs(), THRESHOLD_NS, named);
    }
}
