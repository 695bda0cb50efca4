// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.tactus.internal.supply.StallDraw;
import org.tactus.internal.supply.StallTrace;
import org.tactus.model.DeviceKind;
import org.tactus.model.TaskSet;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/**
 * When the dispatchers' cores are stalled in a simulation: traces that are drawn within the set's curves. A stalled dispatcher sees,
 * decides and starts nothing, and a CPU device's segment stands still; an accelerator goes on. What would happen at an instant at which
 * its core is stalled happens at the end of the stall.
 */
final class VirtualStalls {
    /** No core is ever stalled. */
    static final VirtualStalls NONE = new VirtualStalls(new StallTrace[0], new boolean[0], new SplittableRandom(0));
    private static final int SHARE_OF_SPAN = 64;

    /** By device; null where nothing is taken. */
    private final StallTrace[] traces;
    private final boolean[] computes;
    private final SplittableRandom random;

    private VirtualStalls(final StallTrace[] traces, final boolean[] computes, final SplittableRandom random) {
        this.traces = traces;
        this.computes = computes;
        this.random = random;
    }

    /**
     * Draws the stalls of a run.
     *
     * @param set    tells the curves
     * @param seed   of the draws
     * @param spanNs from 0 until when there are stalls, nanoseconds
     * @return the stalls
     */
    static VirtualStalls draw(final TaskSet set, final long seed, final long spanNs) {
        final CoreSupply supply = set.overheads().supply();
        if (supply.isNone()) {
            return NONE;
        }
        final SplittableRandom random = new SplittableRandom(seed ^ 0x5DEECE66DL);
        final int count = set.platform().devices().size();
        final List<Set<Integer>> cores = new ArrayList<>();
        final Set<Integer> all = new TreeSet<>();
        for (int device = 0; device < count; device++) {
            cores.add(set.stalledCores(device));
            all.addAll(cores.getLast());
        }
        final Map<Integer, StallTrace> ofCore = supply.together().isEmpty() ? apart(supply, all, random, spanNs)
            : together(supply, all, random, spanNs);
        final StallTrace[] traces = new StallTrace[count];
        final boolean[] computes = new boolean[count];
        for (int device = 0; device < count; device++) {
            traces[device] = StallTrace.union(cores.get(device).stream().map(ofCore::get).toList());
            computes[device] = set.platform().devices().get(device).kind() == DeviceKind.CPU;
        }
        return new VirtualStalls(traces, computes, random);
    }

    private static Map<Integer, StallTrace> apart(
        final CoreSupply supply, final Set<Integer> cores, final SplittableRandom random, final long spanNs) {
        final Map<Integer, StallTrace> traces = new HashMap<>();
        for (final int core : cores) {
            traces.put(core, new StallDraw(supply.of(Set.of(core)), spanNs).draw(random, gap(random, spanNs)));
        }
        return traces;
    }

    /** Where curves of several cores are known, one trace keeps to all of them, and each stall hits some of the cores. */
    private static Map<Integer, StallTrace> together(
        final CoreSupply supply, final Set<Integer> cores, final SplittableRandom random, final long spanNs) {
        final List<StallCurve> holding = new ArrayList<>(supply.together().values());
        cores.forEach(core -> holding.add(supply.of(Set.of(core))));
        final StallTrace whole = new StallDraw(StallCurve.least(holding), spanNs).draw(random, gap(random, spanNs));
        final Map<Integer, StallTrace> traces = new HashMap<>();
        for (final int core : cores) {
            final long[] begins = new long[whole.count()];
            final long[] ends = new long[whole.count()];
            int hit = 0;
            for (int i = 0; i < whole.count(); i++) {
                if (random.nextInt(4) > 0) {
                    begins[hit] = whole.beginNs(i);
                    ends[hit++] = whole.endNs(i);
                }
            }
            traces.put(core, StallTrace.of(begins, ends, hit, spanNs));
        }
        return traces;
    }

    private static long gap(final SplittableRandom random, final long spanNs) {
        return 1 + random.nextLong(1 + spanNs / (random.nextBoolean() ? SHARE_OF_SPAN : 4 * SHARE_OF_SPAN));
    }

    /** When a device's dispatcher has done some work that it begins at an instant. */
    long after(final int device, final long fromNs, final long workNs) {
        return traces.length == 0 ? fromNs + workNs : traces[device].advance(fromNs, workNs);
    }

    /** How much a device's dispatcher has done since an instant. */
    long worked(final int device, final long fromNs, final long toNs) {
        return traces.length == 0 ? toNs - fromNs : toNs - fromNs - traces[device].awayNs(fromNs, toNs);
    }

    /** When a segment that starts on a device at an instant ends, before anybody sees it. */
    long executed(final int device, final long startNs, final long executionNs) {
        return traces.length > 0 && computes[device] ? traces[device].advance(startNs, executionNs) : startNs + executionNs;
    }

    /** When a job that leaves a device has been seen by another: a drawn part of the way is the one's work, the rest the other's. */
    long handedOver(final int from, final int to, final long nowNs, final long handOffNs) {
        if (traces.length == 0) {
            return nowNs + handOffNs;
        }
        final long own = random.nextBoolean() ? 0 : random.nextLong(handOffNs + 1);
        return traces[to].advance(traces[from].advance(nowNs, own), handOffNs - own);
    }

    /** When something of a device's copy engines that is due is done and seen: calls of the dispatcher wait, copies go on. */
    long moved(final int device, final long nowNs, final long dueNs) {
        if (traces.length == 0) {
            return dueNs;
        }
        return random.nextBoolean() ? traces[device].advance(nowNs, dueNs - nowNs) : traces[device].advance(dueNs, 0);
    }

    boolean isStalled(final int device, final long nowNs) {
        return traces.length > 0 && traces[device].advance(nowNs, 0) > nowNs;
    }

    /** Whether a stall has just ended: all that came meanwhile is seen before anything is decided. */
    boolean hasEnded(final int device, final long nowNs) {
        return traces.length > 0 && nowNs > 0 && traces[device].awayNs(nowNs - 1, nowNs) > 0;
    }
}
