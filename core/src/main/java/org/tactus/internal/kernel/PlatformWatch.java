// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.tactus.internal.supply.CurveMonitor;
import org.tactus.result.PlatformResult;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/**
 * Holds the gaps that one dispatcher's thread sees in its own running against the stall curve of its cores, while it runs. The thread
 * writes; others read after it has ended. Allocates nothing meanwhile.
 */
final class PlatformWatch {
    /** Shorter gaps are the loop's own work, nanoseconds. */
    private static final long THRESHOLD_NS = 5_000;
    private static final long HORIZON_NS = 10_000_000_000L;
    private static final int STALLS_KEPT = 1 << 14;
    private static final int MOST_BREAKS = 64;

    private final int core;
    /** Null where nothing is promised, and so nothing to be held against. */
    private final CurveMonitor monitor;

    PlatformWatch(final StallCurve curve, final List<Integer> cores) {
        core = cores.size() == 1 ? cores.getFirst() : -1;
        monitor = curve.isNone() ? null : new CurveMonitor(curve, HORIZON_NS, STALLS_KEPT, MOST_BREAKS);
    }

    /** The thread was not there between two instants of its clock; true when the curve does not allow that after what was before. */
    boolean gap(final long fromNs, final long toNs) {
        return monitor != null && toNs - fromNs > THRESHOLD_NS && monitor.stall(fromNs, toNs);
    }

    /** Gaps that were held against the curve. */
    long gaps() {
        return monitor == null ? 0 : monitor.stalls();
    }

    /** What watches saw of the platform beside the curves of a set, breaks from time zero on; after their threads have ended. */
    static PlatformResult result(final List<PlatformWatch> watches, final CoreSupply supply, final long zeroNs) {
        if (supply.isNone()) {
            return PlatformResult.NONE;
        }
        final List<PlatformResult.Break> breaks = new ArrayList<>();
        long gaps = 0;
        for (final PlatformWatch watch : watches) {
            breaks.addAll(watch.breaks(zeroNs));
            gaps += watch.gaps();
        }
        breaks.sort(Comparator.comparingLong(PlatformResult.Break::atNs));
        return new PlatformResult(Optional.of(supply.ofCore().isEmpty() ? "declared" : "calibrated"), gaps, breaks, 0);
    }

    /** Breaks that were kept, from time zero on. */
    List<PlatformResult.Break> breaks(final long zeroNs) {
        final List<PlatformResult.Break> breaks = new ArrayList<>();
        for (int i = 0; monitor != null && i < monitor.breaksKept(); i++) {
            final long atNs = monitor.breakNs(i) - zeroNs;
            if (atNs >= 0) {
                breaks.add(new PlatformResult.Break(atNs, core, monitor.breakAwayNs(i), monitor.breakWindowNs(i),
                    monitor.breakAllowedNs(i)));
            }
        }
        return breaks;
    }
}
